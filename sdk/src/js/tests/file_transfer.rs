//! Files as JavaScript code sends and receives them.

use wasm_bindgen_test::wasm_bindgen_test;

use super::data_channel::shows;

#[wasm_bindgen_test]
async fn a_file_is_sent_with_progress_and_arrives() {
    shows(
        "const [near, far] = await open(a, b);
         const bytes = noise(6_000_000);
         const sending = near.sendFile(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
         const { value: incoming } = await far.files().next();
         const known = incoming.name === 'photo.jpg' && incoming.size === bytes.length && incoming.id === sending.id
           && incoming.mimeType === 'image/jpeg' && incoming.lastModified > 0;
         const receiving = incoming.accept();
         const steps = [];
         for await (const { transferred, size } of receiving.progress()) steps.push(transferred / size);
         const file = await receiving.finished;
         return known && await sending.finished === undefined && file instanceof File && file.name === 'photo.jpg'
           && same(new Uint8Array(await file.arrayBuffer()), bytes) && steps.at(-1) === 1 && steps.length > 2
           && sending.direction === 'send' && receiving.direction === 'receive' && receiving.transferred === file.size
           && await code(() => incoming.accept()) === 'ERR_INVALID_STATE';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn refused_cancelled_and_named_by_options() {
    shows(
        "const [near, far] = await open(a, b);
         const files = far.files();
         const refused = near.sendFile(new Blob(['x']), { name: 'a/b.txt', mimeType: 'text/plain' });
         const { value: incoming } = await files.next();
         incoming.reject('too late');
         let words;
         try { await refused.finished; } catch (error) { words = `${error.name} ${error.code} ${error.message}`; }
         const cancelled = near.sendFile(new Blob([noise(30_000_000)]));
         const receiving = (await files.next()).value.accept();
         for await (const { transferred } of receiving.progress()) if (transferred > 0) break;
         receiving.cancel('enough');
         const codes = await Promise.all([cancelled, receiving].map((end) => code(() => end.finished)));
         return incoming.name === 'a_b.txt' && incoming.mimeType === 'text/plain'
           && words.startsWith('FileTransferError ERR_TRANSFER_REJECTED') && words.includes('too late')
           && codes.join() === 'ERR_TRANSFER_CANCELLED,ERR_TRANSFER_CANCELLED';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_file_goes_to_a_stream_and_on_over_another_channel() {
    shows(
        "const [near, far] = await open(a, b);
         const bytes = noise(20_000_000);
         const parts = [];
         const writable = new WritableStream({ write(part) { parts.push(part); } });
         const sending = near.sendFile(new Blob([bytes]));
         const receiving = (await far.files().next()).value.accept({ writable });
         for await (const { transferred } of receiving.progress()) if (transferred > 0) break;
         near.close();
         const codes = await Promise.all([sending, receiving].map((end) => code(() => end.finished)));
         const before = parts.length;
         const [again, farAgain] = await open(a, b);
         const rest = sending.resume(again);
         const outcome = await receiving.resume(farAgain).finished;
         await rest.finished;
         return codes.join() === 'ERR_TRANSFER_INTERRUPTED,ERR_TRANSFER_INTERRUPTED' && outcome === undefined
           && before > 0 && parts.length > before
           && same(new Uint8Array(await new Blob(parts).arrayBuffer()), bytes)
           && await code(() => sending.resume(again)) === 'ERR_INVALID_STATE'
           && await code(() => sending.resume(1)) !== 'none';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn odd_answers_are_told_and_never_panic() {
    shows(
        "const [near, far] = await open(a, b);
         near.sendFile(new Blob(['x']));
         const { value: incoming } = await far.files().next();
         const wrong = [1, 'x', [], { writable: 1 }, { writable: {} }, { writable: new ReadableStream() }, { typo: 1 }];
         for (const options of wrong) {
           const outcome = await code(() => incoming.accept(options));
           if (outcome !== 'ERR_INVALID_OPTIONS') throw `${JSON.stringify(options)}: ${outcome}`;
         }
         const locked = new WritableStream();
         locked.getWriter();
         return await code(() => incoming.accept({ writable: locked })) === 'ERR_INVALID_STATE'
           && await code(() => incoming.reject(7)) === 'ERR_INVALID_OPTIONS'
           && await incoming.accept({}).finished instanceof File;",
    )
    .await;
}
