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
  out.counter("acts_snapshots_total", "Snapshots merged", labels, symbol.snapshots);
  out.counter("acts_reconnects_total", "Connections lost", labels, symbol.reconnects);
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
  for (const auto& [reason, count] : counters.requests) {
    out.counter("acts_rest_requests_total", "REST requests", {{"venue", venue}, {"reason", reason}}, count);
  }
  out.gauge("acts_rate_limit_weight_used", "REST weight used in this minute", labels, health.rest.weight_used);
  if (health.clock.offset) {
    out.gauge("acts_clock_offset_seconds", "The venue's clock minus ours", labels, seconds(*health.clock.offset));
  }
  for (const collector::SymbolHealth& symbol : health.symbols) add_symbol(out, venue, symbol);
}

nlohmann::ordered_json optional_seconds(const std::optional<Nanos>& span) {
  return span ? nlohmann::ordered_json(seconds(*span)) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_of(const collector::SymbolHealth& symbol, Venue venue) {
  return {{"venue", to_string(venue)},
          {"symbol", symbol.symbol},
          {"state", to_string(symbol.state)},
          {"reason", to_string(symbol.reason)},
          {"data_age_seconds", optional_seconds(symbol.data_age)},
          {"update_age_seconds", optional_seconds(symbol.update_age)},
          {"bid_levels", symbol.bid_levels},
          {"ask_levels", symbol.ask_levels},
          {"suspect_levels", symbol.suspect_levels},
          {"gaps", symbol.gaps},
          {"last_update_id", symbol.last_update_id}};
}

}  // namespace

collector::Overall overall_of(std::span<const collector::Health> venues) {
  collector::Overall worst = collector::Overall::kOk;
  for (const collector::Health& health : venues) worst = std::max(worst, health.overall);
  return worst;
}

std::string health_json(std::span<const collector::Health> venues, const ProcessHealth& process) {
  nlohmann::ordered_json out;
  out["status"] = to_string(overall_of(venues));
  out["problems"] = nlohmann::ordered_json::array();
  out["symbols"] = nlohmann::ordered_json::array();
  for (const collector::Health& health : venues) {
    for (const std::string& problem : health.problems) out["problems"].push_back(problem);
    for (const std::string& unknown : health.unknown_symbols) out["problems"].push_back(unknown);
    for (const collector::SymbolHealth& symbol : health.symbols)
      out["symbols"].push_back(json_of(symbol, health.venue));
  }
  out["rows"] = {{"stored", process.rows.stored}, {"waiting", process.rows.waiting}, {"lost", process.rows.lost}};
  // A venue's text may be any bytes.
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string metrics_text(std::span<const collector::Health> venues, const ProcessHealth& process) {
  Families out;
  for (const collector::Health& health : venues) add_venue(out, health);
  out.counter("acts_rows_stored_total", "Minute rows that a kill -9 cannot take back", {}, process.rows.stored);
  out.counter("acts_rows_lost_total", "Minute rows that did not fit in memory while the store failed", {},
              process.rows.lost);
  out.counter("acts_store_failures_total", "Failed attempts to store rows", {}, process.rows.failures);
  out.gauge("acts_rows_waiting", "Minute rows waiting for the store", {}, static_cast<double>(process.rows.waiting));
  out.gauge("acts_queue_bytes", "Bytes waiting to be recorded", {{"reason", "recording"}},
            static_cast<double>(process.recording_queue_bytes));
  return out.text();
}

}  // namespace acts
