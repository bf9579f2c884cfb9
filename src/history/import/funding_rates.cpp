#include "history/import/funding_rates.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace acts::history {
namespace {

constexpr std::string_view kMarkPriceEvent = "markPriceUpdate";
constexpr std::int64_t kNanosAMilli = 1'000'000;
constexpr std::int64_t kLastMilli = INT64_MAX / kNanosAMilli;

std::unexpected<Error> bad_mark_price() {
  return fail(ErrorCode::kBadInput, "a mark price or its funding rate cannot be read");
}

// In units of 10^-AnnouncedRate::kScale, up to `most` of either sign.
std::optional<std::int64_t> units_of(const std::string& text, std::int64_t most) {
  const Result<Decimal> parsed = parse_decimal(text);
  if (!parsed || parsed->scale > AnnouncedRate::kScale || parsed->units > most || parsed->units < -most) {
    return std::nullopt;
  }
  const int128 units = parsed->units * power_of_ten(AnnouncedRate::kScale - parsed->scale);
  if (units > most || units < -most) return std::nullopt;
  return static_cast<std::int64_t>(units);
}

// A time in milliseconds; nothing: it is none.
std::optional<UnixNanos> moment_of(const nlohmann::json& body, const char* key) {
  const auto at = body.find(key);
  if (at == body.end() || !at->is_number_integer()) return std::nullopt;
  const auto millis = at->get<std::int64_t>();
  if (millis < 0 || millis > kLastMilli) return std::nullopt;
  return UnixNanos{millis * kNanosAMilli};
}

}  // namespace

Result<std::optional<MarkPriceUpdate>> parse_mark_price(std::string_view json, std::string_view symbol,
                                                        UnixNanos ts_recv) {
  if (!json.contains(kMarkPriceEvent)) return std::nullopt;
  const nlohmann::json root = nlohmann::json::parse(json, nullptr, false);
  if (!root.is_object()) return bad_mark_price();
  const auto data = root.find("data");
  const nlohmann::json& body = data != root.end() && data->is_object() ? *data : root;
  const auto text_of = [&body](const char* key) {
    const auto found = body.find(key);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (text_of("e") != kMarkPriceEvent || text_of("s") != symbol) return std::nullopt;
  const std::optional<UnixNanos> ts_event = moment_of(body, "E");
  const std::optional<UnixNanos> at = moment_of(body, "T");
  const std::optional<std::int64_t> price = units_of(text_of("p"), AnnouncedMark::kMostPrice);
  if (!ts_event || !at || !price || *price <= 0) return bad_mark_price();
  MarkPriceUpdate update{.mark = {.ts_recv = ts_recv, .ts_event = *ts_event, .price = *price}};
  // Of a delivery contract both are empty.
  const std::string rate = text_of("r");
  if (rate.empty() || at->value == 0) return update;
  const std::optional<std::int64_t> units = units_of(rate, AnnouncedRate::kMostRate);
  if (!units) return bad_mark_price();
  update.funding = {.ts_recv = ts_recv, .at = *at, .rate = *units};
  return update;
}

void FundingRates::take(const SeenMessage& seen) {
  if (failure_ || !std::holds_alternative<binance::OtherMessage>(seen.message.body)) return;
  const auto update = parse_mark_price(seen.line.json, symbol_, seen.line.ts_recv);
  if (!update) {
    ++refused_;
    return;
  }
  if (!*update) return;
  if (keeps_marks_) take_mark((*update)->mark);
  if (!(*update)->funding) return;
  take_rate(*(*update)->funding);
  take_time(**update);
}

void FundingRates::keep(const Result<void>& added) {
  if (!added && !failure_) failure_ = added.error();
}

void FundingRates::take_rate(const AnnouncedRate& rate) {
  const std::optional<Announcement>& last = new_rates_->last();
  const bool is_known = last && last->value == rate.rate && last->at == rate.at;
  if (!is_known) keep(new_rates_->add({.ts_recv = rate.ts_recv, .at = rate.at, .value = rate.rate}));
}

void FundingRates::take_time(const MarkPriceUpdate& update) {
  const UnixNanos at = update.funding->at;
  // What two connections bring twice may come late.
  const bool is_late = !times_.empty() && update.mark.ts_event < times_.back().mark.ts_event;
  if (update.mark.ts_event >= at || is_late) return;
  while (!times_.empty() && times_.back().funding->at > at) times_.pop_back();
  if (!times_.empty() && times_.back().funding->at == at) {
    times_.back() = update;
  } else if (times_.size() < kMostTimes) {
    times_.push_back(update);
  } else {
    are_times_whole_ = false;
  }
}

void FundingRates::take_mark(const AnnouncedMark& mark) {
  // What two connections bring twice may come late.
  if (mark.ts_event < latest_mark_) return;
  latest_mark_ = mark.ts_event;
  const std::optional<Announcement>& last = new_marks_->last();
  if (last && last->value == mark.price) return;
  keep(new_marks_->add({.ts_recv = mark.ts_recv, .at = mark.ts_event, .value = mark.price}));
}

}  // namespace acts::history
