//! The current language and its switch.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::i18n::{Language, Words};

/// The current language and its setter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LanguageContext {
    pub(crate) language: Language,
    pub(crate) choose: Callback<Language>,
}

/// The texts of the current language.
#[hook]
pub(crate) fn use_words() -> &'static Words {
    use_context::<LanguageContext>().unwrap_or_default().language.words()
}

/// The switch. Each language is named in itself.
#[function_component]
pub(crate) fn LanguageSwitch() -> Html {
    let LanguageContext { language, choose } = use_context().unwrap_or_default();
    let onchange = Callback::from(move |event: Event| {
        let tag = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(language) = Language::from_tag(&tag) {
            choose.emit(language);
        }
    });
    html! {
        <select class="language" data-test="language" aria-label={language.words().language} {onchange}>
            { for Language::ALL.iter().map(|option| html! {
                <option value={option.tag()} lang={option.tag()} selected={*option == language}>
                    { option.words().name_of_language }
                </option>
            }) }
        </select>
    }
}

/// The product's name and logo.
#[function_component]
pub(crate) fn Brand() -> Html {
    html! {
        <span class="brand">
            <svg class="brand__sign" viewBox="0 0 32 32" aria-hidden="true">
                <path d="M16 5a11 11 0 1 1-10.4 7.4" />
                <circle cx="16" cy="16" r="3.4" />
                <circle cx="8.2" cy="8.2" r="2.6" />
            </svg>
            { "moim" }
        </span>
    }
}
