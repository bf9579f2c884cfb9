#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include "cli/backtest_keys.hpp"
#include "sim/latency_distribution.hpp"
#include "sim/latency_span.hpp"
#include "sim/queue_place.hpp"
#include "sim/venue.hpp"

namespace acts::cli {
namespace {

using backtest::InstrumentSettings;

Result<void> set_latency(sim::Latency& latency, const std::string& text) {
  const Result<Nanos> span = parse_duration(text);
  if (!span) return std::unexpected(span.error());
  const Result<sim::Latency> parsed = sim::Latency::of(*span);
  if (!parsed) return std::unexpected(parsed.error());
  latency = *parsed;
  return {};
}

Result<void> set_latency_model(InstrumentSettings& s, const Values& v) {
  const std::string& model = v[0];
  if (model != "constant" && model != "recorded" && model != "distribution") {
    return fail(ErrorCode::kUsage, fmt::format("'{}': constant, recorded or distribution?", model));
  }
  if (model == "recorded" && !s.latency.file) s.latency.file.emplace();
  s.latency.is_drawn = model == "distribution";
  return {};
}

Result<void> set_latency_seed(InstrumentSettings& s, const Values& v) {
  const std::string& text = v[0];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), s.latency.seed);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return fail(ErrorCode::kUsage, fmt::format("'{}' is no seed: a whole number from 0 on", text));
}

// Of one way: `Way` is a member of LatencySettings.
template <auto Way>
Result<void> set_distribution(InstrumentSettings& s, const Values& v) {
  const Result<sim::DistributionKind> kind = sim::parse_distribution_kind(v[0]);
  if (!kind) return std::unexpected(kind.error());
  (s.latency.*Way).kind = *kind;
  return {};
}
template <auto Way>
Result<void> set_shape(InstrumentSettings& s, const Values& v) {
  const Result<int> shape = parse_integer(v[0], 1, sim::LatencyDistribution::kMostShape);
  if (!shape) return std::unexpected(shape.error());
  (s.latency.*Way).shape = *shape;
  return {};
}
template <auto Way, std::size_t Span>
Result<void> set_distribution_span(InstrumentSettings& s, const Values& v) {
  return set_latency((s.latency.*Way).spans[Span].emplace(), v[0]);
}
template <auto Way, std::size_t... Spans>
void add_distribution_spans(std::vector<InstrumentKey>& keys, std::string_view section,
                            std::index_sequence<Spans...> /*spans*/) {
  (keys.push_back({section,
                   sim::kDistributionSpans[Spans],
                   {ConfigType::kText},
                   "a duration in quotes, such as \"10ms\"",
                   set_distribution_span<Way, Spans>}),
   ...);
}
template <auto Way>
void add_distribution(std::vector<InstrumentKey>& keys, std::string_view section) {
  keys.push_back({section, "distribution", {ConfigType::kText}, "text in quotes", set_distribution<Way>});
  keys.push_back({section, "shape", {ConfigType::kInteger}, "a whole number", set_shape<Way>});
  add_distribution_spans<Way>(keys, section, std::make_index_sequence<sim::kDistributionSpans.size()>());
}

std::vector<InstrumentKey> distribution_keys() {
  std::vector<InstrumentKey> keys;
  add_distribution<&backtest::LatencySettings::entry_distribution>(keys, "latency.entry");
  add_distribution<&backtest::LatencySettings::response_distribution>(keys, "latency.response");
  return keys;
}

Result<void> set_queue_kind(InstrumentSettings& s, const Values& v) {
  const Result<sim::QueueKind> kind = sim::parse_queue_kind(v[0]);
  if (!kind) return std::unexpected(kind.error());
  s.exchange.queue.kind = *kind;
  return {};
}

Result<void> set_queue_power(InstrumentSettings& s, const Values& v) {
  double n = 0;
  std::from_chars(v[0].data(), v[0].data() + v[0].size(), n);
  constexpr double kMostPower = 100;
  const bool is_usable = n > 0 && n <= kMostPower;  // not of what is no number
  if (!is_usable) return fail(ErrorCode::kUsage, fmt::format("'{}': above 0, at most 100", v[0]));
  s.exchange.queue.n = n;
  return {};
}

Result<void> set_bar_path(InstrumentSettings& s, const Values& v) {
  const Result<backtest::BarPath> path = backtest::parse_bar_path(v[0]);
  if (!path) return std::unexpected(path.error());
  s.exchange.bar_path = *path;
  return {};
}

Result<void> set_fills(InstrumentSettings& s, const Values& v) {
  const Result<bool> is_partial = choose(v[0], "full", "partial");
  if (!is_partial) return std::unexpected(is_partial.error());
  s.exchange.fills = *is_partial ? sim::FillSizes::kPartial : sim::FillSizes::kFull;
  return {};
}

Result<void> set_compatibility(InstrumentSettings& s, const Values& v) {
  const Result<bool> is_compatible = choose(v[0], "none", "hftbacktest");
  if (!is_compatible) return std::unexpected(is_compatible.error());
  s.exchange.as_hftbacktest = *is_compatible;
  return {};
}

std::vector<InstrumentKey> keys_of_parts() {
  using enum ConfigType;
  return {
      {"latency", "model", {kText}, "text in quotes", set_latency_model},
      {"latency",
       "file",
       {kText},
       "text in quotes",
       [](InstrumentSettings& s, const Values& v) { return s.latency.file = v[0], Result<void>(); }},
      {"latency",
       "entry",
       {kText},
       "a duration in quotes, such as \"10ms\", or of the model \"distribution\" a table",
       [](InstrumentSettings& s, const Values& v) { return set_latency(s.latency.entry, v[0]); }},
      {"latency",
       "response",
       {kText},
       "a duration in quotes, such as \"10ms\", or of the model \"distribution\" a table",
       [](InstrumentSettings& s, const Values& v) { return set_latency(s.latency.response, v[0]); }},
      {"latency", "seed", {kInteger}, "a whole number", set_latency_seed},
      {"fees",
       "maker",
       {kText},
       "a decimal in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_rate(s.fees.maker, v[0]); }},
      {"fees",
       "taker",
       {kText},
       "a decimal in quotes",
       [](InstrumentSettings& s, const Values& v) { return set_rate(s.fees.taker, v[0]); }},
      {"exchange", "fills", {kText}, "text in quotes", set_fills},
      {"exchange", "queue", {kText}, "text in quotes, or { model = \"power3\", n = 3 }", set_queue_kind},
      {"exchange", "compatibility", {kText}, "text in quotes", set_compatibility},
      {"exchange", "bar_path", {kText}, "text in quotes", set_bar_path},
      {"exchange.queue", "model", {kText}, "text in quotes", set_queue_kind},
      {"exchange.queue", "n", {kInteger, kNumber}, "a number", set_queue_power},
  };
}

}  // namespace

std::span<const InstrumentKey> part_keys() {
  static const std::vector<InstrumentKey> kKeys =
      with_keys(with_keys(with_keys(keys_of_parts(), distribution_keys()), account_part_keys()), rule_keys());
  return kKeys;
}

std::span<const std::string_view> instrument_parts() {
  static constexpr std::array<std::string_view, 6> kParts{"latency", "fees",   "exchange",
                                                          "filters", "margin", "funding"};
  return kParts;
}

}  // namespace acts::cli
