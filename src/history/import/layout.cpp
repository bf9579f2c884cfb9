#include "history/import/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace acts::history {
namespace {

using Field = LayoutField;

constexpr std::array<Field, 12> kCandle{
    {{"open_time", {"open_time"}},
     {"open", {"open"}},
     {"high", {"high"}},
     {"low", {"low"}},
     {"close", {"close"}},
     {"volume", {"volume"}},
     {"close_time", {"close_time"}},
     {"quote_volume", {"quote_volume", "quote_asset_volume"}},
     {"trades", {"count", "number_of_trades"}},
     {"taker_buy_volume", {"taker_buy_volume", "taker_buy_base_asset_volume"}},
     {"taker_buy_quote_volume", {"taker_buy_quote_volume", "taker_buy_quote_asset_volume"}},
     {"", {"ignore"}, Reading::kValue, true}}};
constexpr std::array<Field, 8> kAggTrade{{{"agg_trade_id", {"agg_trade_id", "agg_id"}},
                                          {"price", {"price"}},
                                          {"quantity", {"quantity", "qty"}},
                                          {"first_trade_id", {"first_trade_id", "first_id"}},
                                          {"last_trade_id", {"last_trade_id", "last_id"}},
                                          {"ts_event", {"transact_time", "time", "timestamp"}},
                                          {"is_buyer_maker", {"is_buyer_maker", "isBuyerMaker"}},
                                          {"is_best_match", {"is_best_match", "isBestMatch"}, Reading::kValue, true}}};
constexpr std::array<Field, 7> kTrade{{{"trade_id", {"id", "trade_id"}},
                                       {"price", {"price"}},
                                       {"quantity", {"qty", "quantity"}},
                                       {"quote_quantity", {"quote_qty", "quoteQty", "base_qty"}},
                                       {"ts_event", {"time", "timestamp"}},
                                       {"is_buyer_maker", {"is_buyer_maker", "isBuyerMaker"}},
                                       {"is_best_match", {"is_best_match", "isBestMatch"}, Reading::kValue, true}}};
constexpr std::array<Field, 3> kFunding{
    {{"ts_event", {"calc_time"}}, {"interval_hours", {"funding_interval_hours"}}, {"rate", {"last_funding_rate"}}}};
// The time of the change in the book; when it was sent is left out.
constexpr std::array<Field, 7> kBookTicker{{{"update_id", {"update_id"}},
                                            {"bid_price", {"best_bid_price"}},
                                            {"bid_quantity", {"best_bid_qty"}},
                                            {"ask_price", {"best_ask_price"}},
                                            {"ask_quantity", {"best_ask_qty"}},
                                            {"ts_event", {"transaction_time"}},
                                            {"", {"event_time"}, Reading::kValue, true}}};
constexpr std::array<Field, 4> kBookDepth{
    {{"ts_event", {"timestamp"}}, {"percentage", {"percentage"}}, {"depth", {"depth"}}, {"notional", {"notional"}}}};
constexpr std::array<Field, 8> kMetrics{{{"ts_event", {"create_time"}},
                                         {"", {"symbol"}, Reading::kSymbol},
                                         {"sum_open_interest", {"sum_open_interest"}},
                                         {"sum_open_interest_value", {"sum_open_interest_value"}},
                                         {"count_toptrader_long_short_ratio", {"count_toptrader_long_short_ratio"}},
                                         {"sum_toptrader_long_short_ratio", {"sum_toptrader_long_short_ratio"}},
                                         {"count_long_short_ratio", {"count_long_short_ratio"}},
                                         {"sum_taker_long_short_vol_ratio", {"sum_taker_long_short_vol_ratio"}}}};

std::span<const Field> fields_of(const Kind& kind) {
  if (kind.has_interval) return kCandle;
  if (kind.name == "agg_trades") return kAggTrade;
  if (kind.name == "trades") return kTrade;
  if (kind.name == "book_ticker") return kBookTicker;
  if (kind.name == "book_depth") return kBookDepth;
  if (kind.name == "metrics") return kMetrics;
  if (kind.name == "funding") return kFunding;
  return {};
}

void add_field(Layout& layout, const Kind& kind, const Field& field) {
  layout.columns.push_back(field.column.empty() ? Layout::kIgnored : column_index(kind, field.column));
  layout.readings.push_back(field.reading);
}

Result<Layout> by_position(const Kind& kind, std::size_t count) {
  const std::span<const Field> known = fields_of(kind);
  std::size_t least = known.size();
  while (least > 0 && known[least - 1].is_optional) --least;
  if (count < least || count > known.size()) {
    return fail(
        ErrorCode::kBadInput,
        fmt::format("its lines have {} fields, those of {} have {}", count, kind.name,
                    least == known.size() ? fmt::format("{}", least) : fmt::format("{} or {}", least, known.size())));
  }
  Layout layout;
  for (const Field& field : known.first(count)) add_field(layout, kind, field);
  return layout;
}

}  // namespace

std::size_t split_fields(std::string_view line, std::string_view (&fields)[kMaxFields]) noexcept {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::size_t count = 0;
  for (;;) {
    const std::size_t comma = line.find(',');
    if (count < kMaxFields) fields[count] = line.substr(0, comma);
    ++count;
    if (comma == std::string_view::npos) return count;
    line.remove_prefix(comma + 1);
  }
}

std::string odd_form(std::string_view line) {
  for (const auto& [separator, name] : {std::pair{';', "semicolons"}, std::pair{'\t', "tabs"}}) {
    // Commas may be those of its numbers.
    const auto count = std::ranges::count(line, separator);
    if (count == 0 || count < std::ranges::count(line, ',')) continue;
    return fmt::format(
        "its fields have {} between them, not commas: write the file with commas, and its numbers with "
        "points",
        name);
  }
  std::string_view fields[kMaxFields];
  const std::span<const std::string_view> all(fields, std::min(split_fields(line, fields), kMaxFields));
  const auto quoted = std::ranges::count_if(all, [](std::string_view field) { return field.starts_with('"'); });
  return 2 * static_cast<std::size_t>(quoted) >= all.size() ? fmt::format("its fields are {}", kNoQuotes) : "";
}

Result<Layout> choose_layout(const Kind& kind, std::string_view first_line) {
  std::string_view fields[kMaxFields];
  const std::size_t count = split_fields(first_line, fields);
  if (count > kMaxFields) return by_position(kind, count);
  if (fields_of(kind).empty()) {
    return fail(ErrorCode::kBadInput,
                fmt::format("the archive has no files of {}: --format says whose it is", kind.name));
  }
  const char first = fields[0].empty() ? '\0' : fields[0].front();
  const bool is_number = (first >= '0' && first <= '9') || first == '-';
  return is_number ? by_position(kind, count) : layout_by_names(kind, fields_of(kind), {fields, count}, false);
}

Result<Layout> layout_by_names(const Kind& kind, std::span<const LayoutField> fields,
                               std::span<const std::string_view> names, bool takes_others) {
  Layout layout{.has_header = true};
  std::vector<bool> is_there(fields.size(), false);
  for (const std::string_view name : names) {
    const auto field = std::ranges::find_if(fields, [name](const LayoutField& f) {
      return !name.empty() && std::ranges::find(f.names, name) != f.names.end();
    });
    if (field == fields.end() && !takes_others) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("its header names '{}', which {} do not have", shown_text(name), kind.name));
    }
    if (field == fields.end()) {
      add_field(layout, kind, {});
      continue;
    }
    const auto index = static_cast<std::size_t>(field - fields.begin());
    if (is_there[index]) {
      return fail(ErrorCode::kBadInput, fmt::format("its header names {} twice", shown_text(name)));
    }
    is_there[index] = true;
    add_field(layout, kind, *field);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (is_there[i] || fields[i].is_optional) continue;
    return fail(ErrorCode::kBadInput, fmt::format("its header lacks {}", fields[i].names[0]));
  }
  return layout;
}

std::string shown_text(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out(text.substr(0, kMost));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text.size() > kMost ? out + "..." : out;
}

}  // namespace acts::history
