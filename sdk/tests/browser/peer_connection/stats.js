// What `getStats` says, as an array.
async (connection) => [...(await connection.getStats()).values()];
