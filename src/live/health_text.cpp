#include "live/health_text.hpp"

#include <nlohmann/json.hpp>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace acts {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

double seconds(Nanos span) { return std::chrono::duration<double>(span).count(); }

// Collects samples; the families come out in the order in which they were first named.
class Families {
 public:
  void counter(const char* name, const char* help, Labels labels, std::uint64_t value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = static_cast<double>(value);
    family(name, help, MetricType::Counter).metric.push_back(std::move(metric));
  }
  void gauge(const char* name, const char* help, Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family(name, help, MetricType::Gauge).metric.push_back(std::move(metric));
  }
  [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  MetricFamily& family(const char* name, const char* help, MetricType type) {
    const auto known = std::ranges::find(families_, name, &MetricFamily::name);
    if (known != families_.end()) return *known;
    return families_.emplace_back(MetricFamily{name, help, type, {}});
  }
  std::vector<MetricFamily> families_;
};

void add_audits(Families& out, const Labels& labels, const collector::AuditHealth& audit) {
  const auto add = [&](const char* name, const char* help, const char* result, std::uint64_t value) {
    Labels more = labels;
    more.push_back({"result", result});
    out.counter(name, help, std::move(more), value);
  };
  constexpr const char* kAudits = "Comparisons of a book with a fresh snapshot, by what came of them";
  add("acts_audits_total", kAudits, "match", audit.matched);
  add("acts_audits_total", kAudits, "differ", audit.differed);
  add("acts_audits_total", kAudits, "skipped", audit.skipped);
  add("acts_audits_total", kAudits, "failed", audit.failed);
  constexpr const char* kLevels =
      "Levels compared in them: drift has another quantity, ghost and missed are on one side";
  add("acts_audit_levels_total", kLevels, "match", audit.match);
  add("acts_audit_levels_total", kLevels, "drift", audit.drift);
  add("acts_audit_levels_total", kLevels, "ghost", audit.ghost);
  add("acts_audit_levels_total", kLevels, "missed", audit.missed);
}

void add_symbol(Families& out, const std::string& venue, const collector::SymbolHealth& symbol) {
  const Labels labels{{"venue", venue}, {"symbol", symbol.symbol}};
  const auto with = [&labels](const char* name, std::string value) {
    Labels more = labels;
    more.push_back({name, std::move(value)});
    return more;
  };
  out.gauge("acts_book_state", "1 for the state the next row would have",
            with("state", std::string(to_string(symbol.state))), 1);
  out.gauge("acts_book_levels", "Price levels known", with("side", "bid"), static_cast<double>(symbol.bid_levels));
  out.gauge("acts_book_levels", "Price levels known", with("side", "ask"), static_cast<double>(symbol.ask_levels));
  out.gauge("acts_book_suspect_levels", "Levels from before a gap that nothing has confirmed yet", labels,
            static_cast<double>(symbol.suspect_levels));
  out.counter("acts_updates_total", "Depth updates applied", labels, symbol.updates);
  out.counter("acts_gaps_total", "Breaks in the sequence of depth updates after the first sync", labels, symbol.gaps);
  out.counter("acts_snapshots_total", "Snapshots merged into the book", with("reason", "merged"), symbol.snapshots);
  out.counter("acts_ghosts_total", "Levels that the market contradicted and that were removed", labels, symbol.ghosts);
  out.counter("acts_reconnects_total", "Connections lost", labels, symbol.reconnects);
  add_audits(out, labels, symbol.audit);
  if (symbol.data_age) out.gauge("acts_data_age_seconds", "Since the last message", labels, seconds(*symbol.data_age));
  if (symbol.receive_lag) {
    out.gauge("acts_receive_lag_seconds", "Receive time minus event time of the last depth update", labels,
              seconds(*symbol.receive_lag));
  }
}

void add_venue(Families& out, const collector::Health& health) {
  const std::string venue(to_string(health.venue));
  const Labels labels{{"venue", venue}};
  const collector::CollectorCounters& counters = health.counters;
  out.counter("acts_messages_total", "Messages received", labels, counters.messages);
  for (const auto& [reason, count] : counters.refused) {
    out.counter("acts_messages_refused_total", "Messages that could not be used",
                {{"venue", venue}, {"reason", reason}}, count);
  }
  out.counter("acts_rows_total", "Minute rows made", labels, counters.rows);
  out.counter("acts_connects_total", "Attempts to connect", labels, counters.connects);
  out.counter("acts_renewals_total", "Connections replaced before the venue cut them", labels, counters.renewals);
  out.counter("acts_watchdog_closes_total", "Connections given up as dead", labels, counters.watchdog_closes);
  out.counter("acts_frozen_streams_total", "Streams found to be behind the venue's REST answer", labels,
              counters.frozen_streams);
  out.counter("acts_messages_ignored_total", "Messages of a second connection before it took over", labels,
              counters.ignored);
  out.counter("acts_skipped_minutes_total", "Minutes without a row: the process stood still for more than a day",
              labels, counters.skipped_minutes);
  for (const auto& [reason, count] : counters.snapshots) {
    out.counter("acts_snapshot_failures_total", "Snapshots that were asked for and not merged",
                {{"venue", venue}, {"reason", reason}}, count);
  }
  for (const auto& [reason, count] : counters.requests) {
    out.counter("acts_rest_requests_total", "REST requests", {{"venue", venue}, {"reason", reason}}, count);
  }
  out.gauge("acts_rate_limit_weight_used", "REST weight used in this minute", labels, health.rest.weight_used);
  out.gauge("acts_rate_limit_weight", "REST weight that the venue allows a minute", labels, health.rest.weight_limit);
  out.gauge("acts_rest_banned", "1 while the venue has banned REST requests (418), also of an earlier run", labels,
            health.rest.banned_until ? 1 : 0);
  out.gauge("acts_rest_paused", "1 while no REST request is made: banned, limited (429), refused or failing", labels,
            health.rest.paused_until ? 1 : 0);
  if (health.clock.offset) {
    out.gauge("acts_clock_offset_seconds", "The venue's clock minus ours", labels, seconds(*health.clock.offset));
  }
  if (health.clock.age) {
    out.gauge("acts_clock_offset_age_seconds", "Since the clock offset was measured", labels,
              seconds(*health.clock.age));
  }
  for (const collector::SymbolHealth& symbol : health.symbols) add_symbol(out, venue, symbol);
}

using Json = nlohmann::ordered_json;

Json optional_time(const std::optional<UnixNanos>& at) { return at ? Json(to_iso8601(*at)) : Json(nullptr); }

Json optional_seconds(const std::optional<Nanos>& span) { return span ? Json(seconds(*span)) : Json(nullptr); }

Json optional_text(const std::optional<Decimal>& number) { return number ? Json(to_string(*number)) : Json(nullptr); }

Json json_of(const collector::AuditHealth& audit) {
  if (!audit.last) return nullptr;
  return {{"age_seconds", optional_seconds(audit.age)},
          {"update_id", audit.last->update_id.value()},
          {"match", audit.last->match},
          {"drift", audit.last->drift},
          {"ghost", audit.last->ghost},
          {"missed", audit.last->missed}};
}

Json json_of(const collector::SymbolHealth& symbol, Venue venue) {
  return {{"venue", to_string(venue)},
          {"symbol", symbol.symbol},
          {"state", to_string(symbol.state)},
          {"reason", to_string(symbol.reason)},
          {"data_age_seconds", optional_seconds(symbol.data_age)},
          {"update_age_seconds", optional_seconds(symbol.update_age)},
          {"bid", optional_text(symbol.bid)},
          {"ask", optional_text(symbol.ask)},
          {"bid_levels", symbol.bid_levels},
          {"ask_levels", symbol.ask_levels},
          {"suspect_levels", symbol.suspect_levels},
          {"gaps", symbol.gaps},
          {"last_update_id", symbol.last_update_id},
          {"last_audit", json_of(symbol.audit)}};
}

Json json_of(const collector::ConnectionHealth& connection) {
  return {{"connection", connection.connection},
          {"state", connection.state},
          {"url", connection.url},
          {"streams", connection.streams},
          {"age_seconds", optional_seconds(connection.age)},
          {"message_age_seconds", optional_seconds(connection.message_age)},
          {"messages", connection.messages},
          {"failed_attempts", connection.failures},
          {"renewing", connection.renewing}};
}

Json venue_json(const collector::Health& health) {
  Json connections = Json::array();
  for (const collector::ConnectionHealth& connection : health.connections) connections.push_back(json_of(connection));
  return {{"venue", to_string(health.venue)},
          {"status", to_string(health.overall)},
          {"clock",
           {{"offset_seconds", optional_seconds(health.clock.offset)},
            {"uncertainty_seconds", seconds(health.clock.uncertainty)},
            {"age_seconds", optional_seconds(health.clock.age)}}},
          {"rest",
           {{"url", health.rest.url},
            {"weight_used", health.rest.weight_used},
            {"weight_limit", health.rest.weight_limit},
            {"in_flight", health.rest.in_flight},
            {"queued", health.rest.queued},
            {"banned_until", optional_time(health.rest.banned_until)},
            {"paused_until", optional_time(health.rest.paused_until)}}},
          {"connections", std::move(connections)}};
}

Json json_of(const RowWriter::Status& rows) {
  return {{"stored", rows.stored}, {"waiting", rows.waiting}, {"waiting_seconds", optional_seconds(rows.waiting_age)},
          {"lost", rows.lost},     {"refused", rows.refused}, {"failures", rows.failures}};
}

Json json_of(const RecordingHealth& recording) {
  return {{"venue", to_string(recording.venue)},
          {"queue_bytes", recording.status.queued_bytes},
          {"waiting_seconds", optional_seconds(recording.status.stuck_for)},
          {"paused", recording.paused},
          {"failures", recording.status.failures},
          {"messages_left_out", recording.status.refused},
          {"logs_to_seal", recording.seals.waiting},
          {"segments_sealed", recording.seals.segments}};
}

// Of its books as an object of its own: "books_waiting" in place of "rows_waiting", and what is counted is levels.
Json json_of(const SinkHealth& sink) {
  return {{"sink", sink.status.sink},
          {"connected", sink.status.delivery.connected},
          {sink.is_of_books() ? "books_waiting" : "rows_waiting", sink.status.lag.rows},
          {"behind_seconds", seconds(sink.behind)},
          {"delivered", sink.status.delivery.delivered},
          {"refused", sink.status.delivery.refused},
          {"rejected", sink.status.rejected},
          {"stopped", sink.status.is_stopped},
          {"failures", sink.status.delivery.failures},
          {"failure", sink.status.delivery.failure}};
}

void add_books_of(Families& out, const SinkHealth& sink) {
  const Labels labels{{"sink", sink.status.sink}};
  const Delivery::Status& delivery = sink.status.delivery;
  out.gauge("acts_outbox_books", "Full books that a remote database has not confirmed yet", labels,
            static_cast<double>(sink.status.lag.rows));
  out.gauge("acts_sink_books_behind_seconds", "Since the oldest full book that a remote database lacks was saved",
            labels, seconds(sink.behind));
  out.counter("acts_sink_book_levels_total", "Levels of full books that a remote database has confirmed", labels,
              delivery.delivered);
  out.counter("acts_sink_book_levels_refused_total",
              "Levels of full books that a remote database refused and that were set aside", labels, delivery.refused);
  out.gauge("acts_sink_book_levels_rejected",
            "Levels of full books that are set aside for a remote database now, and whole books", labels,
            static_cast<double>(sink.status.rejected));
  out.gauge("acts_sink_books_stopped", "1: so many levels are set aside that no more are sent", labels,
            sink.status.is_stopped ? 1 : 0);
  out.counter("acts_sink_books_unreadable_total", "Full books whose file was gone or damaged and that were set aside",
              labels, sink.status.unreadable);
  out.counter("acts_sink_book_failures_total", "Failed attempts to deliver full books", labels, delivery.failures);
}

void add_sink(Families& out, const SinkHealth& sink) {
  if (sink.is_of_books()) return add_books_of(out, sink);
  const Labels labels{{"sink", sink.status.sink}};
  const Delivery::Status& delivery = sink.status.delivery;
  out.gauge("acts_outbox_rows", "Rows that a remote database has not confirmed yet", labels,
            static_cast<double>(sink.status.lag.rows));
  out.gauge("acts_sink_behind_seconds", "Since the minute of the oldest row that a remote database lacks", labels,
            seconds(sink.behind));
  out.counter("acts_sink_rows_total", "Rows that a remote database has confirmed", labels, delivery.delivered);
  out.counter("acts_sink_refused_total", "Rows that a remote database refused and that were set aside", labels,
              delivery.refused);
  out.gauge("acts_sink_rejected", "Rows that are set aside for a remote database now", labels,
            static_cast<double>(sink.status.rejected));
  out.gauge("acts_sink_stopped", "1: so many rows are set aside that no more are sent", labels,
            sink.status.is_stopped ? 1 : 0);
  out.counter("acts_sink_failures_total", "Failed attempts to deliver rows", labels, delivery.failures);
}

void add_rows(Families& out, const RowWriter::Status& rows) {
  out.counter("acts_rows_stored_total", "Minute rows that a kill -9 cannot take back", {}, rows.stored);
  out.counter("acts_rows_lost_total", "Minute rows that did not fit in memory while the store failed", {}, rows.lost);
  out.counter("acts_rows_refused_total", "Minute rows that the store refused and that were set aside", {},
              rows.refused);
  out.counter("acts_store_failures_total", "Failed attempts to store rows", {}, rows.failures);
  out.gauge("acts_rows_waiting", "Minute rows waiting for the store", {}, static_cast<double>(rows.waiting));
  out.gauge("acts_rows_waiting_seconds", "Rows have been waiting for so long and none was stored", {},
            seconds(rows.waiting_age.value_or(Nanos{0})));
}

void add_recording(Families& out, const RecordingHealth& recording) {
  const Labels labels{{"venue", std::string(to_string(recording.venue))}};
  out.counter("acts_recording_failures_total", "Failed attempts to write the recording", labels,
              recording.status.failures);
  out.counter("acts_recording_left_out_total", "Messages that can never be written to a recording", labels,
              recording.status.refused);
  out.counter("acts_recording_pauses_total", "Times at which sockets were not read because the queue was full", labels,
              recording.pauses);
  out.gauge("acts_recording_paused", "1 while sockets are not read because the queue is full", labels,
            recording.paused ? 1 : 0);
  out.gauge("acts_recording_logs_to_seal", "Logs that are closed and not sealed yet", labels,
            static_cast<double>(recording.seals.waiting));
  out.counter("acts_recording_segments_total", "Segments sealed", labels, recording.seals.segments);
  out.counter("acts_recording_seal_failures_total", "Failed attempts to seal a log", labels, recording.seals.failures);
  out.counter("acts_recording_cut_logs_total", "Logs of which something could not be read", labels,
              recording.seals.cut);
  out.gauge("acts_recording_queue_bytes", "Bytes waiting to be recorded", labels,
            static_cast<double>(recording.status.queued_bytes));
}

void add_books(Families& out, const BookHealth& books) {
  const Labels labels{{"venue", std::string(to_string(books.venue))}};
  out.counter("acts_books_saved_total", "Checkpoints and full books written", labels, books.status.written);
  out.counter("acts_book_save_failures_total", "Checkpoints and full books that could not be written", labels,
              books.status.failures);
}

void add_alerts(Families& out, const AlertChannel::Status& channel) {
  const Labels labels{{"reason", channel.name}};
  out.counter("acts_alerts_said_total", "Alerts that a webhook or command has taken", labels, channel.delivered);
  out.counter("acts_alert_failures_total", "Messages that a webhook or command did not take", labels, channel.failures);
  out.counter("acts_alerts_left_out_total", "Alerts that no longer fitted among those waiting", labels,
              channel.left_out);
  out.gauge("acts_alerts_waiting", "Alerts waiting to be said", labels, static_cast<double>(channel.waiting));
}

void add_retention(Families& out, const RetentionReport& total) {
  const auto add = [&out](const char* kind, std::uint64_t count, std::uint64_t bytes) {
    out.counter("acts_retention_removed_total",
                "Segments, rows and full books removed because they were too old or too many", {{"kind", kind}}, count);
    out.counter("acts_retention_removed_bytes_total", "Bytes that came free by it", {{"kind", kind}}, bytes);
  };
  add("recordings", total.recordings.files, total.recordings.bytes);
  add("rows", total.rows.rows, total.rows.bytes);
  add("books", total.books.files, total.books.bytes);
  // Their bytes are counted with those of the rows: both are pages of one file.
  out.counter("acts_retention_removed_total", "", {{"kind", "rejected_rows"}}, total.rows.rejected);
}

}  // namespace

collector::Overall overall_of(std::span<const collector::Health> venues, const ProcessHealth& process) {
  collector::Overall worst = judge(process).overall;
  for (const collector::Health& health : venues) worst = std::max(worst, health.overall);
  return worst;
}

std::string health_json(std::span<const collector::Health> venues, const ProcessHealth& process) {
  Json out;
  out["status"] = to_string(overall_of(venues, process));
  out["problems"] = judge(process).problems;
  out["symbols"] = Json::array();
  out["venues"] = Json::array();
  for (const collector::Health& health : venues) {
    for (const std::string& problem : health.problems) out["problems"].push_back(problem);
    out["venues"].push_back(venue_json(health));
    for (const collector::SymbolHealth& symbol : health.symbols)
      out["symbols"].push_back(json_of(symbol, health.venue));
  }
  out["rows"] = json_of(process.rows);
  out["recordings"] = Json::array();
  for (const RecordingHealth& recording : process.recordings) out["recordings"].push_back(json_of(recording));
  out["sinks"] = Json::array();
  for (const SinkHealth& sink : process.sinks) out["sinks"].push_back(json_of(sink));
  out["clock_ahead_seconds"] = seconds(process.clock_ahead);
  // A venue's text may be any bytes.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string metrics_text(std::span<const collector::Health> venues, const ProcessHealth& process) {
  Families out;
  for (const collector::Health& health : venues) add_venue(out, health);
  add_rows(out, process.rows);
  for (const RecordingHealth& recording : process.recordings) add_recording(out, recording);
  for (const BookHealth& books : process.books) add_books(out, books);
  for (const AlertChannel::Status& channel : process.alerts) add_alerts(out, channel);
  if (process.disk) {
    out.gauge("acts_disk_free_bytes", "Free where the data directory lies", {},
              static_cast<double>(process.disk->free_bytes));
  }
  for (const SinkHealth& sink : process.sinks) add_sink(out, sink);
  if (process.retention) add_retention(out, process.retention->total);
  out.counter("acts_log_lines_lost_total", "Lines of the log left out because more came than could be written", {},
              process.log_lines_lost);
  out.gauge("acts_queue_bytes", "Bytes waiting to be recorded", {{"reason", "recording"}},
            static_cast<double>(process.recording_queue_bytes()));
  out.gauge("acts_clock_ahead_seconds", "Our clock's lead over a wall clock that stepped back", {},
            seconds(process.clock_ahead));
  return out.text();
}

}  // namespace acts
