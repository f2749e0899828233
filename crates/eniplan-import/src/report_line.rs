//! Report line: the REPORT message that Lambda writes at the end of every invocation.
//!
//! `REPORT RequestId: ...<TAB>Duration: 19.14 ms<TAB>Billed Duration: 20 ms<TAB>Memory Size: 128 MB<TAB>...`,
//! with `Init Duration` where the environment was new.

/// What a report says, as it stands there, without units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportLine<'t> {
    /// Milliseconds of the handler.
    pub duration: Option<&'t str>,
    /// Milliseconds of the init phase.
    pub init: Option<&'t str>,
    /// Megabytes of memory.
    pub memory: Option<&'t str>,
}

/// What `message` says, where it is a report.
pub(crate) fn report_line(message: &str) -> Option<ReportLine<'_>> {
    let body = message.trim().strip_prefix("REPORT RequestId:")?;
    let mut line = ReportLine::default();
    for part in body.split('\t') {
        let Some((key, value)) = part.split_once(": ") else { continue };
        let number = value.split_whitespace().next();
        match key.trim() {
            "Duration" => line.duration = number,
            "Init Duration" | "Restore Duration" => line.init = number,
            "Memory Size" => line.memory = number,
            _ => {}
        }
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_told_from_other_messages() {
        let text = "REPORT RequestId: 8f-1\tDuration: 19.14 ms\tBilled Duration: 20 ms\tMemory Size: 128 MB\t\
                    Max Memory Used: 107 MB\tInit Duration: 141.02 ms\t\n";
        let expected = ReportLine { duration: Some("19.14"), init: Some("141.02"), memory: Some("128") };
        assert_eq!(report_line(text), Some(expected));
        assert_eq!(report_line("START RequestId: 8f-1 Version: $LATEST"), None);
    }
}
