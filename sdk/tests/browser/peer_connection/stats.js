// The result of `getStats` as an array.
async (connection) => [...(await connection.getStats()).values()];
