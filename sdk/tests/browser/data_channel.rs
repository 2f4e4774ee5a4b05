use futures::io::{AsyncReadExt, AsyncWriteExt};
use futures::{SinkExt, StreamExt};
use js_sys::Uint8Array;
use moim::{
    DataChannel, DataChannelOptions, DataChannelPriority, DataChannelState, Error, ErrorCode, ListenerGuard,
    Message, MessageOptions,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MessageEvent, RtcDataChannel, RtcDataChannelInit};

use crate::connections::{Connections, connected, noise};
use crate::page::soon;

const MIB: usize = 1 << 20;

async fn next(channel: &DataChannel) -> Message {
    let message = soon("a message", channel.clone().next()).await;
    message.expect("not the end").expect("no error")
}

#[wasm_bindgen_test]
async fn text_bytes_and_json_arrive_as_they_were_sent() {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Move {
        x: i32,
        name: String,
    }
    let (_connections, near, far) = connected().await;
    let step = Move { x: -3, name: "Grüße 👋".to_owned() };

    near.send("Grüße 👋").await.expect("sent");
    near.send(vec![0, 1, 255]).await.expect("sent");
    near.send("").await.expect("sent");
    near.send(Vec::new()).await.expect("sent");
    near.send_array(&Uint8Array::from(&[5, 6][..])).await.expect("sent");
    near.send_json(&step).await.expect("sent");

    assert_eq!(next(&far).await, Message::from("Grüße 👋"));
    assert_eq!(next(&far).await, Message::from(vec![0, 1, 255]));
    assert_eq!(next(&far).await, Message::from(""));
    assert_eq!(next(&far).await, Message::from(Vec::new()));
    assert_eq!(next(&far).await, Message::from(vec![5, 6]));
    let json = next(&far).await;
    assert_eq!(json.json::<Move>(), Ok(step));
    assert_eq!(json.json::<Vec<u8>>().expect_err("no list").code(), ErrorCode::InvalidOptions);
    far.send("back").await.expect("sent");
    assert_eq!(next(&near).await.as_text(), Some("back"));
    assert_eq!(far.label(), "test");
    assert_eq!(far.protocol(), "");
    assert_eq!(far.id(), near.id());
}

#[wasm_bindgen_test]
async fn fifty_megabytes_arrive_and_the_buffer_stays_below_its_mark() {
    const MESSAGES: u32 = 800;
    const SIZE: usize = 64 * 1024;
    let (_connections, near, far) = connected().await;
    let high = MessageOptions::default().high_water_mark as usize;
    let sending = async {
        let mut highest = 0;
        for seed in 0..MESSAGES {
            near.send(noise(SIZE, seed)).await.expect("sent");
            highest = highest.max(near.as_raw().buffered_amount() as usize);
        }
        assert!(highest <= high + SIZE + 64, "{highest} bytes were in the buffer");
        assert!(highest > high / 2, "{highest} bytes: the buffer is used");
    };
    let receiving = async {
        for seed in 0..MESSAGES {
            assert!(next(&far).await == Message::from(noise(SIZE, seed)), "message {seed} differs");
        }
    };
    futures::join!(sending, receiving);
}

#[wasm_bindgen_test]
async fn messages_far_beyond_the_limit_of_the_connection_cross_in_order() {
    let (_connections, near, far) = connected().await;
    let bytes = noise(5 * MIB, 1);
    let text: String = "Straße 🛣 ".repeat(40_000);
    let (first, second, third) = (near.send(bytes.clone()), near.send(text.as_str()), near.send("short"));
    let sending = async {
        let (first, second, third) = futures::join!(first, second, third);
        first.and(second).and(third).expect("sent");
    };
    let receiving = async {
        assert!(next(&far).await == Message::from(bytes), "the bytes differ");
        assert!(next(&far).await == Message::from(text.as_str()), "the text differs");
        assert_eq!(next(&far).await, Message::from("short"));
    };
    futures::join!(sending, receiving);
    soon("the flush", near.flushed()).await.expect("flushed");
    assert_eq!(near.buffered_amount(), 0);
}

#[wasm_bindgen_test]
async fn a_message_beyond_the_configured_limit_is_an_error_at_whichever_end_has_it() {
    let connections = Connections::new();
    let small = MessageOptions { max_message_size: 1000, ..MessageOptions::default() };
    let (near, far) = connections.channel(&DataChannelOptions::default(), &small).await;
    let error = far.send(vec![0; 1001]).await.expect_err("too large");
    assert_eq!(error.code(), ErrorCode::DataTooLarge);
    assert!(error.to_string().contains("1001") && error.to_string().contains("1000"), "{error}");

    near.send(vec![1; 200_000]).await.expect("the sender does not know");
    near.send("and on").await.expect("sent");
    let error = soon("an error", far.clone().next()).await.expect("an item").expect_err("too large");
    assert_eq!(error.code(), ErrorCode::DataTooLarge);
    assert_eq!(next(&far).await, Message::from("and on"));
}

#[wasm_bindgen_test]
async fn a_channel_without_framing_speaks_to_a_page_that_knows_nothing_of_it() {
    let connections = Connections::new();
    let init = RtcDataChannelInit::new();
    init.set_negotiated(true);
    init.set_id(5);
    let foreign = connections.b.create_data_channel_with_data_channel_dict("plain", &init);
    foreign.set_binary_type(web_sys::RtcDataChannelType::Arraybuffer);
    let (sender, mut received) = futures::channel::mpsc::unbounded();
    let _listener = ListenerGuard::new(&foreign, "message", move |event| {
        let _ = sender.unbounded_send(event.unchecked_into::<MessageEvent>().data());
    });
    let options = DataChannelOptions {
        negotiated: true,
        id: Some(5),
        messages: MessageOptions { framing: Some(false), ..MessageOptions::default() },
        ..DataChannelOptions::default()
    };
    let near = DataChannel::create(&connections.a, "plain", &options).expect("a channel");
    connections.meet().await;
    soon("open", near.opened()).await.expect("open");

    near.send(vec![1, 2, 3]).await.expect("sent");
    near.send("words").await.expect("sent");
    let bytes = soon("bytes", received.next()).await.expect("a message");
    assert_eq!(Uint8Array::new(&bytes).to_vec(), [1, 2, 3]);
    let words = soon("words", received.next()).await.expect("a message");
    assert_eq!(words.as_string().as_deref(), Some("words"));
    foreign.send_with_u8_array(&[0, 9]).expect("sent");
    assert_eq!(next(&near).await, Message::from(vec![0, 9]));

    let limit = near.max_message_size();
    let too_long = vec![0; limit.saturating_add(1).min(65 * MIB)];
    let error = near.send(too_long).await.expect_err("it does not fit");
    assert_eq!(error.code(), ErrorCode::DataTooLarge);
    assert!(error.to_string().contains(&limit.to_string()), "{error} names {limit}");
    let error = near.send_file(&web_sys::Blob::new().expect("a blob"), &Default::default());
    assert_eq!(error.expect_err("no framing").code(), ErrorCode::InvalidState);
}

#[wasm_bindgen_test]
async fn framing_follows_the_protocol_of_a_channel_that_the_far_end_made() {
    for (framing, marked) in [(None, true), (Some(false), false)] {
        let connections = Connections::new();
        let messages = MessageOptions { framing, ..MessageOptions::default() };
        let options =
            DataChannelOptions { protocol: "game".to_owned(), messages, ..DataChannelOptions::default() };
        let (near, far) = connections.channel(&options, &MessageOptions::default()).await;
        assert_eq!((near.has_framing(), far.has_framing()), (marked, marked));
        assert_eq!((near.protocol(), far.protocol()), ("game", "game"));
        near.send(vec![7; 100]).await.expect("sent");
        assert_eq!(next(&far).await, Message::from(vec![7; 100]));
    }
}

#[wasm_bindgen_test]
async fn frames_that_make_no_sense_are_told_and_the_channel_lives_on() {
    let (_connections, near, far) = connected().await;
    let mut frames: Vec<Vec<u8>> = (0..100).map(|seed| noise(seed as usize % 40, seed)).collect();
    frames.extend([vec![], vec![1], vec![2; 17], vec![3, 3], vec![3; 40], vec![4], vec![255; 30]]);
    let mut hostile_offer = vec![3, 0];
    hostile_offer.extend([0; 16]);
    hostile_offer.extend(b"{\"name\":\"../../x\",\"size\":1e999}");
    frames.push(hostile_offer);
    for frame in &frames {
        near.as_raw().send_with_u8_array(frame).expect("sent");
    }
    near.send("still here").await.expect("sent");
    loop {
        match soon("a message", far.clone().next()).await.expect("not the end") {
            Ok(Message::Text(text)) => break assert_eq!(text, "still here"),
            Ok(Message::Binary(_)) => {}
            Err(Error::DataChannel(error)) => drop(error),
            Err(error) => panic!("{error}"),
        }
    }
}

#[wasm_bindgen_test]
async fn an_unordered_channel_that_loses_nothing_delivers_long_messages() {
    let connections = Connections::new();
    let options = DataChannelOptions { ordered: false, ..DataChannelOptions::default() };
    let (near, far) = connections.channel(&options, &MessageOptions::default()).await;
    assert!(!far.is_reliable_and_ordered());
    let sent: Vec<_> = (0..20).map(|seed| noise(300_000, seed)).collect();
    let sending = async {
        for message in &sent {
            near.send(message.clone()).await.expect("sent");
        }
    };
    let receiving = async {
        for _ in &sent {
            let message = next(&far).await.into_bytes();
            assert!(sent.contains(&message), "a message that nobody sent");
        }
    };
    futures::join!(sending, receiving);
    let error = near.send_file(&web_sys::Blob::new().expect("a blob"), &Default::default());
    assert_eq!(error.expect_err("unordered").code(), ErrorCode::InvalidState);
}

#[wasm_bindgen_test]
async fn a_channel_is_a_stream_and_a_sink() {
    let (_connections, near, far) = connected().await;
    let (mut sink, _) = near.split();
    let messages: Vec<_> = (0..100).map(|seed| Message::from(noise(50_000, seed))).collect();
    let sending = async {
        let mut source = futures::stream::iter(messages.clone().into_iter().map(Ok));
        sink.send_all(&mut source).await.expect("sent");
        sink.close().await.expect("closed");
    };
    let receiving = far.clone().map(|message| message.expect("no error")).collect::<Vec<_>>();
    let ((), received) = futures::join!(sending, receiving);
    assert!(received == messages, "all of it, in order, and then the end");
    assert_eq!(far.state(), DataChannelState::Closed);
    assert_eq!(far.send("late").await.expect_err("closed").code(), ErrorCode::DataClosed);
}

#[wasm_bindgen_test]
async fn a_channel_is_a_byte_stream() {
    let (_connections, near, far) = connected().await;
    let bytes = noise(3 * MIB + 17, 9);
    let (mut writer, mut reader) = (near.into_io(), far.into_io());
    let sending = async {
        writer.write_all(&bytes).await.expect("written");
        writer.close().await.expect("closed");
    };
    let mut received = Vec::new();
    let receiving = reader.read_to_end(&mut received);
    let ((), read) = futures::join!(sending, receiving);
    assert_eq!(read.expect("read"), bytes.len());
    assert!(received == bytes, "the bytes differ");
}

#[wasm_bindgen_test]
async fn what_is_sent_before_the_channel_opens_arrives() {
    let connections = Connections::new();
    let options = DataChannelOptions { negotiated: true, id: Some(1), ..DataChannelOptions::default() };
    let near = DataChannel::create(&connections.a, "early", &options).expect("a channel");
    let far = DataChannel::create(&connections.b, "early", &options).expect("a channel");
    assert_eq!(near.state(), DataChannelState::Connecting);
    let sent = near.send("early");
    let (sent, ()) = futures::join!(sent, connections.meet());
    sent.expect("sent");
    assert_eq!(next(&far).await, Message::from("early"));
}

#[wasm_bindgen_test]
async fn closing_in_the_middle_of_a_message_is_an_error_at_both_ends() {
    let (_connections, near, far) = connected().await;
    let (sender, mut fragments) = futures::channel::mpsc::unbounded();
    let _listener = ListenerGuard::new(far.as_raw(), "message", move |_| drop(sender.unbounded_send(())));
    let closing = async {
        soon("a fragment", fragments.next()).await.expect("a fragment");
        near.close();
        near.close();
    };
    let (sent, ()) = futures::join!(near.send(noise(60 * MIB, 1)), closing);
    assert_eq!(sent.expect_err("closed").code(), ErrorCode::DataClosed);
    let error = soon("an error", far.clone().next()).await.expect("an item").expect_err("no message");
    assert_eq!(error.code(), ErrorCode::DataClosed);
    assert!(soon("the end", far.clone().next()).await.is_none());
    soon("closed", far.closed()).await.expect("no failure");
}

#[wasm_bindgen_test]
async fn a_connection_that_closes_ends_what_waits_at_both_ends() {
    let (connections, near, far) = connected().await;
    let sending = near.send(noise(60 * MIB, 1));
    let closing = async { connections.a.close() };
    let (sent, ()) = soon("the error", futures::future::join(sending, closing)).await;
    assert_eq!(sent.expect_err("closed").code(), ErrorCode::DataClosed);
    let _ = soon("closed here", near.closed()).await;
    let _ = soon("closed there", far.closed()).await;
    assert_eq!((near.state(), far.state()), (DataChannelState::Closed, DataChannelState::Closed));
    let error = DataChannel::create(&connections.a, "late", &DataChannelOptions::default());
    assert_eq!(error.expect_err("closed").code(), ErrorCode::InvalidState);
}

#[wasm_bindgen_test]
async fn a_reader_that_is_too_slow_is_told_what_it_missed() {
    let connections = Connections::new();
    let short = MessageOptions { max_unread: 10_000, ..MessageOptions::default() };
    let (near, far) = connections.channel(&DataChannelOptions::default(), &short).await;
    for number in 0..100_u8 {
        near.send(vec![number; 1000]).await.expect("sent");
    }
    let (sender, heard) = futures::channel::oneshot::channel();
    let mut sender = Some(sender);
    let _listener = ListenerGuard::new(far.as_raw(), "message", move |event| {
        let data = event.unchecked_into::<MessageEvent>().data();
        if data.as_string().as_deref() == Some("last")
            && let Some(sender) = sender.take()
        {
            let _ = sender.send(());
        }
    });
    near.send("last").await.expect("sent");
    soon("the last message", heard).await.expect("heard");
    let missed = soon("an item", far.clone().next()).await.expect("an item").expect_err("missed");
    assert_eq!(missed.code(), ErrorCode::DataLagged);
    let mut read = 0;
    while next(&far).await != Message::from("last") {
        read += 1;
    }
    assert!((1..10).contains(&read), "{read} of the newest are kept");
    assert!(missed.to_string().starts_with(&format!("{} messages", 100 - read)), "{missed}");
}

#[wasm_bindgen_test]
async fn a_channel_with_every_option_says_so_to_the_browser() {
    let connections = Connections::new();
    let options = DataChannelOptions {
        ordered: false,
        max_retransmits: Some(3),
        protocol: "game".to_owned(),
        negotiated: true,
        id: Some(1000),
        priority: Some(DataChannelPriority::High),
        ..DataChannelOptions::default()
    };
    let channel = DataChannel::create(&connections.a, "all", &options).expect("a channel");
    let raw: &RtcDataChannel = channel.as_raw();
    assert_eq!(raw.max_retransmits(), Some(3));
    assert_eq!(raw.id(), Some(1000));
    assert_eq!(raw.label(), "all");
    let options = DataChannelOptions { max_packet_life_time: Some(50), ..DataChannelOptions::default() };
    let channel = DataChannel::create(&connections.a, "lossy", &options).expect("a channel");
    assert_eq!(channel.as_raw().max_packet_life_time(), Some(50));
    let both = DataChannelOptions { max_retransmits: Some(1), ..options };
    let error = DataChannel::create(&connections.a, "both", &both).expect_err("one of them");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
}

#[wasm_bindgen_test]
async fn two_hundred_channels_leave_nothing_open() {
    let connections = Connections::new();
    let (control, _far) =
        connections.channel(&DataChannelOptions::default(), &MessageOptions::default()).await;
    let mut memory = 0;
    for round in 0..200 {
        let (near, far) =
            connections.channel(&DataChannelOptions::default(), &MessageOptions::default()).await;
        near.send(noise(200_000, round)).await.expect("sent");
        next(&far).await;
        let file = web_sys::Blob::new().expect("a blob");
        let (sending, mut files) =
            (near.send_file(&file, &Default::default()).expect("offered"), far.files());
        let receiving = soon("an offer", files.next()).await.expect("a file").accept().expect("accepted");
        soon("received", receiving.finished()).await.expect("received");
        soon("sent", sending.finished()).await.expect("sent");
        drop(files);
        let (near, far) = (drop_and_keep_raw(near), drop_and_keep_raw(far));
        crate::page::until("both ends closed", || {
            [&near, &far].iter().all(|raw| raw.ready_state() == web_sys::RtcDataChannelState::Closed)
        })
        .await;
        assert_eq!(control.state(), DataChannelState::Open, "round {round}");
        if round == 50 {
            memory = memory_bytes();
        }
    }
    assert!(memory_bytes() <= memory + 65_536, "{} bytes more than after 50 rounds", memory_bytes() - memory);
}

/// The size of the module's memory.
fn memory_bytes() -> u32 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
}

fn drop_and_keep_raw(channel: DataChannel) -> RtcDataChannel {
    channel.as_raw().clone()
}
