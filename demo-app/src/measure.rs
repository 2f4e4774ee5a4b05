//! Converts the SDK's statistics to the values of the statistics panel.

use moim::{MediaKind, StatsDelta};

/// The values of one second. Unknown values are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    /// The time in milliseconds since 1970.
    pub(crate) at: f64,
    /// In bit/s.
    pub(crate) received: Option<f64>,
    /// In bit/s.
    pub(crate) sent: Option<f64>,
    /// In seconds.
    pub(crate) round_trip: Option<f64>,
    /// Frames per second.
    pub(crate) frame_rate: Option<f64>,
    packets: u64,
    lost: u64,
}

impl Point {
    /// The values of one participant, from the statistics of each of their tracks. With an SFU or a mixer all tracks
    /// share one connection, so sent media belongs to no one in particular: it is counted only by
    /// [`total`](Self::total).
    pub(crate) fn of_person(at: f64, deltas: &[StatsDelta]) -> Self {
        let inbound = || deltas.iter().flat_map(|delta| &delta.inbound);
        let frame_rates = inbound()
            .filter(|stream| stream.kind == Some(MediaKind::Video))
            .filter_map(|stream| stream.frames_per_second);
        Self {
            at,
            received: sum(inbound().map(|stream| stream.bitrate)),
            sent: deltas.iter().filter_map(|delta| delta.connection.sent_bitrate).reduce(f64::max),
            round_trip: deltas.iter().filter_map(|delta| delta.connection.round_trip_time).reduce(f64::max),
            frame_rate: frame_rates.reduce(f64::max),
            packets: inbound().map(|stream| stream.packets).sum(),
            lost: inbound().map(|stream| stream.packets_lost).sum(),
        }
    }

    /// The values of all together. `shared`: all tracks use one connection.
    pub(crate) fn total(at: f64, people: &[Self], shared: bool) -> Self {
        let sent = || people.iter().map(|point| point.sent);
        let rates: Vec<f64> = people.iter().filter_map(|point| point.frame_rate).collect();
        Self {
            at,
            received: sum(people.iter().map(|point| point.received)),
            sent: if shared { sent().flatten().reduce(f64::max) } else { sum(sent()) },
            round_trip: people.iter().filter_map(|point| point.round_trip).reduce(f64::max),
            frame_rate: (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64),
            packets: people.iter().map(|point| point.packets).sum(),
            lost: people.iter().map(|point| point.lost).sum(),
        }
    }

    /// Fraction of received packets that were lost, from 0 to 1.
    pub(crate) fn loss(&self) -> Option<f64> {
        let expected = self.packets + self.lost;
        (expected > 0).then(|| self.lost as f64 / expected as f64)
    }
}

fn sum(numbers: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    numbers.flatten().reduce(|one, other| one + other)
}

/// Joins the CSV tables of all tracks: with the participant's name before each row, and one header.
pub(crate) fn joined_csv(tables: &[(String, String)]) -> String {
    const END: &str = "\r\n";
    let mut text = String::new();
    for (name, table) in tables {
        let Some((header, rows)) = table.split_once(END) else { continue };
        if text.is_empty() {
            text = format!("participant,{header}{END}");
        }
        // Spreadsheets would evaluate such a name as a formula.
        let guard = if name.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        let name = format!("\"{guard}{}\"", name.replace('"', "\"\""));
        text.extend(rows.split_terminator(END).map(|row| format!("{name},{row}{END}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(received: f64, sent: f64, packets: u64, lost: u64) -> Point {
        Point { received: Some(received), sent: Some(sent), packets, lost, ..Point::default() }
    }

    #[test]
    fn what_goes_to_each_in_a_mesh_adds_up_and_over_one_connection_does_not() {
        let people = [person(100.0, 50.0, 90, 10), person(300.0, 70.0, 100, 0)];
        let mesh = Point::total(1.0, &people, false);
        assert_eq!((mesh.received, mesh.sent, mesh.loss()), (Some(400.0), Some(120.0), Some(0.05)));
        assert_eq!(Point::total(1.0, &people, true).sent, Some(70.0));
    }

    #[test]
    fn nothing_measured_is_nothing_known() {
        let nothing = Point::of_person(1.0, &[]);
        assert_eq!((nothing.received, nothing.sent, nothing.loss()), (None, None, None));
        assert_eq!(Point::total(1.0, &[nothing], false).frame_rate, None);
    }

    #[test]
    fn tables_are_joined_under_one_header_with_names() {
        let table = |row: &str| format!("timestamp,mos\r\n{row}\r\n");
        let joined = joined_csv(&[("Min \"M\"".into(), table("1,2")), ("=Bo".into(), table("3,4"))]);
        assert_eq!(joined, "participant,timestamp,mos\r\n\"Min \"\"M\"\"\",1,2\r\n\"'=Bo\",3,4\r\n");
    }
}
