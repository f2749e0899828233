//! Formats: the layouts of trace files; one file each, and one line in [`ALL`].

mod access_log;
mod azure_2019;
mod azure_2021;
mod azure_companions;
mod cloudwatch_console;
mod cloudwatch_data;
mod cloudwatch_statistics;
mod concurrency;
mod counts;
mod datadog;
mod grafana;
mod huawei;
mod lambda_insights;
mod log;
mod logs_insights;
mod prometheus;
mod series;
mod victoriametrics;

use super::format::TraceFormat;

/// The formats; where several fit, the first is taken.
pub const ALL: &[&dyn TraceFormat] = &[
    &counts::CountsFormat,
    &log::LogFormat,
    &concurrency::ConcurrencyFormat,
    &azure_2019::Azure2019,
    &azure_2021::Azure2021,
    &huawei::Huawei,
    &logs_insights::LogsInsights,
    &lambda_insights::LambdaInsights,
    &cloudwatch_data::CloudWatchData,
    &cloudwatch_statistics::CloudWatchStatistics,
    &cloudwatch_console::CloudWatchConsole,
    &prometheus::Prometheus,
    &datadog::Datadog,
    &grafana::Grafana,
    &series::SeriesFormat,
    &victoriametrics::VictoriaMetrics,
    &access_log::AccessLog,
];
