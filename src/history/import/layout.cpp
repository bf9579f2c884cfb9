#include "history/import/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

// Of a field of the archive: the names it has had, the first in the newest files, and our column; "" for none.
struct Field {
  std::string_view column;
  std::array<std::string_view, 4> names;
};

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
     {"", {"ignore"}}}};
constexpr std::array<Field, 8> kAggTrade{{{"agg_trade_id", {"agg_trade_id", "agg_id"}},
                                          {"price", {"price"}},
                                          {"quantity", {"quantity", "qty"}},
                                          {"first_trade_id", {"first_trade_id", "first_id"}},
                                          {"last_trade_id", {"last_trade_id", "last_id"}},
                                          {"ts_event", {"transact_time", "time", "timestamp"}},
                                          {"is_buyer_maker", {"is_buyer_maker", "isBuyerMaker"}},
                                          {"is_best_match", {"is_best_match", "isBestMatch"}}}};
constexpr std::array<Field, 7> kTrade{{{"trade_id", {"id", "trade_id"}},
                                       {"price", {"price"}},
                                       {"quantity", {"qty", "quantity"}},
                                       {"quote_quantity", {"quote_qty", "quoteQty", "base_qty"}},
                                       {"ts_event", {"time", "timestamp"}},
                                       {"is_buyer_maker", {"is_buyer_maker", "isBuyerMaker"}},
                                       {"is_best_match", {"is_best_match", "isBestMatch"}}}};
constexpr std::array<Field, 3> kFunding{
    {{"ts_event", {"calc_time"}}, {"interval_hours", {"funding_interval_hours"}}, {"rate", {"last_funding_rate"}}}};

std::span<const Field> fields_of(const Kind& kind) {
  if (kind.has_interval) return kCandle;
  if (kind.name == "agg_trades") return kAggTrade;
  if (kind.name == "trades") return kTrade;
  return kFunding;
}

std::size_t column_of(const Kind& kind, std::string_view name) {
  if (name.empty()) return Layout::kIgnored;
  const auto column = std::ranges::find(kind.columns, name, &TableColumn::name);
  ACTS_ASSERT(column != kind.columns.end());
  return static_cast<std::size_t>(column - kind.columns.begin());
}

bool can_be_missing(const Kind& kind, const Field& field) {
  return field.column.empty() || kind.columns[column_of(kind, field.column)].is_nullable;
}

// Texts for messages: short, and nothing that a terminal would obey.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out(text.substr(0, kMost));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text.size() > kMost ? out + "..." : out;
}

Result<Layout> by_header(const Kind& kind, std::span<const std::string_view> names) {
  Layout layout{.columns = {}, .has_header = true};
  const std::span<const Field> known = fields_of(kind);
  std::vector<bool> is_there(known.size(), false);
  for (const std::string_view name : names) {
    const auto field = std::ranges::find_if(
        known, [name](const Field& f) { return std::ranges::find(f.names, name) != f.names.end(); });
    if (name.empty() || field == known.end()) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("its header names '{}', which {} do not have", shown(name), kind.name));
    }
    const auto index = static_cast<std::size_t>(field - known.begin());
    if (is_there[index]) return fail(ErrorCode::kBadInput, fmt::format("its header names {} twice", shown(name)));
    is_there[index] = true;
    layout.columns.push_back(column_of(kind, field->column));
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (is_there[i] || can_be_missing(kind, known[i])) continue;
    return fail(ErrorCode::kBadInput, fmt::format("its header lacks {}", known[i].names[0]));
  }
  return layout;
}

Result<Layout> by_position(const Kind& kind, std::size_t count) {
  const std::span<const Field> known = fields_of(kind);
  std::size_t least = known.size();
  while (least > 0 && can_be_missing(kind, known[least - 1])) --least;
  if (count < least || count > known.size()) {
    return fail(
        ErrorCode::kBadInput,
        fmt::format("its lines have {} fields, those of {} have {}", count, kind.name,
                    least == known.size() ? fmt::format("{}", least) : fmt::format("{} or {}", least, known.size())));
  }
  Layout layout;
  for (const Field& field : known.first(count)) layout.columns.push_back(column_of(kind, field.column));
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

Result<Layout> choose_layout(const Kind& kind, std::string_view first_line) {
  std::string_view fields[kMaxFields];
  const std::size_t count = split_fields(first_line, fields);
  if (count > kMaxFields) return by_position(kind, count);
  const char first = fields[0].empty() ? '\0' : fields[0].front();
  const bool is_number = (first >= '0' && first <= '9') || first == '-';
  return is_number ? by_position(kind, count) : by_header(kind, {fields, count});
}

}  // namespace acts::history
