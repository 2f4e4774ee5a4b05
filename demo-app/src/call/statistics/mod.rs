//! The statistics panel: network traffic as numbers and charts.

mod chart;

use std::rc::Rc;

use moim::yew::Participant;
use moim::{ParticipantId, Role, Topology};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::browser;
use crate::format::{self, Unit};
use crate::hooks::use_room_stats;
use crate::measure::Point;
use crate::ui::{Button, Mark, use_words};
use crate::uplot::Scale;
use chart::{ChartCard, Measure, use_charts};

/// The number of seconds shown.
const DRAWN_SECONDS: f64 = 60.0;

/// The line colours.
const RECEIVED: &str = "--chart-1";
const SENT: &str = "--chart-2";

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StatisticsProps {
    pub(crate) topology: Topology,
    pub(crate) participants: Rc<Vec<Participant>>,
}

#[function_component]
pub(crate) fn Statistics(props: &StatisticsProps) -> Html {
    let words = use_words();
    let StatisticsProps { topology, participants } = props;
    let measured = use_room_stats(participants, *topology != Topology::Mesh);
    let charts = use_charts();
    let chosen = use_state_eq(|| None::<ParticipantId>);
    // Deselect a participant who has left.
    let whose = (*chosen).clone().filter(|id| participants.iter().any(|participant| participant.id() == id));

    if participants.iter().all(|participant| participant.tracks().is_empty()) {
        return html! { <p class="soft">{ words.no_statistics }</p> };
    }
    let on_choice = {
        let chosen = chosen.setter();
        Callback::from(move |event: Event| {
            let id = event.target_unchecked_into::<HtmlSelectElement>().value();
            chosen.set(Some(ParticipantId(id)).filter(|id| !id.0.is_empty()));
        })
    };
    let save = {
        let (measured, whose) = (measured.clone(), whose.clone());
        move |()| {
            let name = format!("{}.csv", format::recording_stem("statistics", &browser::local_stamp()));
            browser::save_text(&name, "text/csv", &measured.to_csv(whose.as_ref()));
        }
    };
    let points = measured.stats.points(whose.as_ref());
    let measure =
        |name: &'static str, test: &'static str, colour: &'static str, of: fn(&Point) -> Option<f64>| {
            Measure { name, test, colour, values: points.iter().map(of).collect() }
        };
    let now = points.last().map_or(0.0, |point| point.at);
    let seconds: Rc<Vec<f64>> = Rc::new(points.iter().map(|point| (point.at - now) / 1000.0).collect());
    let card = |title: &'static str, at_least: f64, unit: Unit, measures: Vec<Measure>| {
        let scale = Scale { at_least, seconds: DRAWN_SECONDS, unit };
        html! { <ChartCard {title} {scale} {charts} seconds={seconds.clone()} {measures} /> }
    };
    html! {
        <>
            <label class="field">
                <span class="field__label">{ words.statistics_of }</span>
                <select data-test="statistics-of" onchange={on_choice}>
                    <option value="" selected={whose.is_none()}>{ words.all_together }</option>
                    { for participants.iter().map(|participant| html! {
                        <option value={participant.id().0.clone()} selected={whose.as_ref() == Some(participant.id())}>
                            { if participant.role() == Role::Mixer { words.everyone.to_owned() } else { participant.name() } }
                        </option>
                    }) }
                </select>
            </label>
            { card(words.bitrate, 100_000.0, Unit::Bitrate, vec![
                measure(words.received, "stat-received", RECEIVED, |point| point.received),
                measure(words.sent, "stat-sent", SENT, |point| point.sent),
            ]) }
            { card(words.packet_loss, 0.01, Unit::Share, vec![
                measure(words.packet_loss, "stat-loss", RECEIVED, Point::loss),
            ]) }
            { card(words.round_trip, 0.02, Unit::Time, vec![
                measure(words.round_trip, "stat-round-trip", RECEIVED, |point| point.round_trip),
            ]) }
            { card(words.frame_rate, 30.0, Unit::Rate, vec![
                measure(words.frame_rate, "stat-frame-rate", RECEIVED, |point| point.frame_rate),
            ]) }
            <Button name={words.export_csv} mark={Mark::Download} test="statistics-csv" onclick={save} />
        </>
    }
}
