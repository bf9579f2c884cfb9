#include "history/import/funding_rates.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>
#include <variant>

namespace acts::history {
namespace {

constexpr std::string_view kMarkPriceEvent = "markPriceUpdate";
constexpr std::int64_t kNanosAMilli = 1'000'000;
constexpr std::int64_t kLastMilli = INT64_MAX / kNanosAMilli;

std::unexpected<Error> bad_mark_price() {
  return fail(ErrorCode::kBadInput, "a mark price whose funding rate cannot be read");
}

}  // namespace

Result<std::optional<AnnouncedRate>> parse_mark_price(std::string_view json, std::string_view symbol,
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
  const std::string rate = text_of("r");
  const auto at = body.find("T");
  if (at == body.end() || !at->is_number_integer()) return bad_mark_price();
  // Of a delivery contract both are empty.
  const auto millis = at->get<std::int64_t>();
  if (rate.empty() || millis == 0) return std::nullopt;
  const Result<Decimal> parsed = parse_decimal(rate);
  if (!parsed || parsed->scale > AnnouncedRate::kScale || millis < 0 || millis > kLastMilli) return bad_mark_price();
  if (parsed->units > INT32_MAX || parsed->units < -INT32_MAX) return bad_mark_price();
  const int128 units = parsed->units * power_of_ten(AnnouncedRate::kScale - parsed->scale);
  if (units > INT32_MAX || units < -INT32_MAX) return bad_mark_price();
  return AnnouncedRate{.ts_recv = ts_recv, .at = {millis * kNanosAMilli}, .rate = static_cast<std::int64_t>(units)};
}

void FundingRates::take(const SeenMessage& seen) {
  if (!std::holds_alternative<binance::OtherMessage>(seen.message.body)) return;
  const auto rate = parse_mark_price(seen.line.json, symbol_, seen.line.ts_recv);
  if (!rate) {
    ++refused_;
    return;
  }
  if (!*rate) return;
  const bool is_known = !rates_.empty() && rates_.back().rate == (*rate)->rate && rates_.back().at == (*rate)->at;
  if (is_known) return;
  is_whole_ = is_whole_ && rates_.size() < kMostRates;
  if (is_whole_) rates_.push_back(**rate);
}

}  // namespace acts::history
