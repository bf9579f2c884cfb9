#include "live/alert_conditions.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace acts {
namespace {

using collector::AlertCondition;

constexpr Nanos kAtOnce{0};
constexpr std::string_view kNoData = "no_data";
constexpr std::string_view kNoUpdate = "no_update";
constexpr std::string_view kGap = "gap_not_healed";

std::string subject_of(const std::string& venue, const collector::SymbolHealth& symbol) {
  return fmt::format("{} {}", venue, symbol.symbol);
}

std::int64_t whole_seconds(Nanos span) { return span / std::chrono::seconds{1}; }

// Whoever shows an alert puts its subject in front of the text.
std::string without_subject(std::string_view text, std::string_view subject) {
  if (text.starts_with(subject) && text.substr(subject.size()).starts_with(' ')) text.remove_prefix(subject.size() + 1);
  return std::string(text);
}

class Conditions {
 public:
  explicit Conditions(const AlertLimits& limits) : limits_(limits) {}

  void look_at(const collector::Health& health) {
    const std::string venue(to_string(health.venue));
    const bool is_connected = std::ranges::any_of(health.connections, [](const auto& c) { return c.state == "open"; });
    if (!health.symbols.empty() && !is_connected) {
      // All symbols of the venue are silent then: said once.
      add("connection_down", venue, "no connection to the venue is open", limits_.no_connection);
      for (const collector::SymbolHealth& symbol : health.symbols) {
        for (const std::string_view key : {kNoData, kGap, kNoUpdate}) {
          all_.push_back({std::string(key), subject_of(venue, symbol), {}, kAtOnce, false});
        }
      }
    } else {
      for (const collector::SymbolHealth& symbol : health.symbols) look_at(venue, symbol);
    }
    if (health.clock.offset && std::chrono::abs(*health.clock.offset) > limits_.clock_offset) {
      add("clock_off", venue,
          fmt::format("our clock is {} ms {} the venue's",
                      std::chrono::abs(*health.clock.offset) / std::chrono::milliseconds{1},
                      *health.clock.offset > Nanos{0} ? "behind" : "ahead of"),
          kAtOnce);
    }
    if (health.rest.banned_until) add("rest_banned", venue, "the venue has banned REST requests", kAtOnce);
    for (const std::string& unknown : health.unknown_symbols) {
      add("unknown_symbol", venue, without_subject(unknown, venue), limits_.failing);
    }
  }

  void look_at(const ProcessHealth& process) {
    const RowWriter::Status& rows = process.rows;
    if (!rows.failure.empty()) add("rows_not_stored", "store", rows.failure, limits_.failing);
    if (rows.lost > 0 && rows.lost_age && *rows.lost_age < kLossRemembered) {
      add("rows_lost", "store",
          fmt::format("{} rows are lost so far{}", rows.lost,
                      process.recordings.empty() ? "" : ": once it is stopped, acts rows repair makes them again"),
          kAtOnce);
    }
    for (const RecordingHealth& recording : process.recordings) look_at(recording);
    for (const BookHealth& books : process.books) {
      if (!books.status.failure.empty()) {
        add("books_not_saved", std::string(to_string(books.venue)), books.status.failure, limits_.failing);
      }
    }
    for (const SinkHealth& sink : process.sinks) {
      if (sink.status.is_stopped) {
        add(sink.is_of_books() ? "sink_books_stopped" : "sink_stopped", sink.status.sink, sink.status.delivery.failure,
            kAtOnce);
      }
      if (!sink.is_late()) continue;
      add(sink.is_of_books() ? "sink_books_behind" : "sink_behind", sink.status.sink,
          fmt::format("{} {} behind, the oldest by {} s", sink.status.lag.rows, to_string(sink.status.content),
                      whole_seconds(sink.behind)),
          kAtOnce);
    }
    if (process.retention && !process.retention->failure.empty()) {
      add("retention_failed", "store", process.retention->failure, limits_.failing);
    }
    if (process.disk) look_at(*process.disk);
    if (process.clock_ahead >= kClockStep) {
      add("clock_stepped_back", "wall clock",
          fmt::format("ours is {} ms ahead of it", process.clock_ahead / std::chrono::milliseconds{1}), kAtOnce);
    }
  }

  std::vector<AlertCondition> result() && { return std::move(all_); }

 private:
  void add(std::string_view key, const std::string& subject, std::string text, Nanos holds_for) {
    all_.push_back({std::string(key), subject, std::move(text), holds_for});
  }

  void look_at(const std::string& venue, const collector::SymbolHealth& symbol) {
    const std::string subject = subject_of(venue, symbol);
    if (symbol.state == RowState::kHalted) return;  // the venue says that there is nothing to come
    if (symbol.data_age && *symbol.data_age >= limits_.no_data) {
      add(kNoData, subject, fmt::format("no message for {} s", whole_seconds(*symbol.data_age)), kAtOnce);
    }
    const bool has_gap = symbol.state == RowState::kSuspect && symbol.reason != Reason::kSuspectLevels;
    if (has_gap || symbol.state == RowState::kSyncing) {
      add(kGap, subject, fmt::format("the book is {}: {}", to_string(symbol.state), to_string(symbol.reason)),
          limits_.gap);
    }
    if (symbol.state == RowState::kStale) add(kNoUpdate, subject, "no depth update comes", limits_.no_data);
    if (const std::optional<BookAudit>& audit = symbol.audit.last; audit && audit->differences() > 0) {
      add("audit_drift", subject,
          fmt::format("the book differs from a fresh snapshot: {} quantities, {} levels too many, {} too few",
                      audit->drift, audit->ghost, audit->missed),
          kAtOnce);
    }
  }

  void look_at(const RecordingHealth& recording) {
    const std::string venue(to_string(recording.venue));
    const RunRecorder::Status& status = recording.status;
    const bool hangs = status.stuck_for && *status.stuck_for >= kSlowAfter;
    if (!status.failure.empty() || hangs) {
      add("recording_not_written", venue,
          status.failure.empty() ? fmt::format("nothing came to the disk for {} s", whole_seconds(*status.stuck_for))
                                 : status.failure,
          limits_.failing);
    }
    if (!recording.seals.failure.empty()) {
      add("recording_not_sealed", venue, recording.seals.failure, limits_.failing);
    }
  }

  void look_at(const DiskHealth& disk) {
    const auto least = static_cast<double>(disk.total_bytes) * limits_.disk_free_share;
    if (static_cast<double>(disk.free_bytes) >= least || disk.free_bytes >= limits_.disk_free_bytes) return;
    add("disk_nearly_full", disk.path, fmt::format("{} MiB are free", disk.free_bytes >> 20), kAtOnce);
  }

  const AlertLimits& limits_;
  std::vector<AlertCondition> all_;
};

}  // namespace

std::vector<AlertCondition> alert_conditions(std::span<const collector::Health> venues, const ProcessHealth& process,
                                             const AlertLimits& limits) {
  Conditions conditions(limits);
  for (const collector::Health& health : venues) conditions.look_at(health);
  conditions.look_at(process);
  return std::move(conditions).result();
}

std::vector<collector::Alert> end_alerts(collector::AlertBook& book, UnixNanos now) {
  std::vector<collector::Alert> alerts = book.observe({}, now + collector::AlertBook::kSettled);
  for (collector::Alert& alert : alerts) {
    alert.at = now;
    alert.text = fmt::format("the process ended; the last was: {}", alert.text);
  }
  return alerts;
}

std::string alert_message(std::span<const collector::Alert> alerts, std::uint64_t left_out, std::string_view version) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (const collector::Alert& alert : alerts) {
    all.push_back({{"status", to_string(alert.status)},
                   {"key", alert.key},
                   {"subject", alert.subject},
                   {"text", alert.text},
                   {"since", to_iso8601(alert.since)},
                   {"at", to_iso8601(alert.at)}});
  }
  const Json message{{"source", "acts"}, {"version", version}, {"left_out", left_out}, {"alerts", std::move(all)}};
  // A venue's text may be any bytes.
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace acts
