#include "history/import/trade_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "history/import/json_array.hpp"
#include "history/import/row_parser.hpp"
#include "history/import/source_file.hpp"

namespace acts::history {
namespace {

using nlohmann::json;

constexpr std::string_view kTradeForm = "objects";
// Of one trade: ccxt's have some 350.
constexpr std::size_t kMostTradeBytes = std::size_t{16} << 10;

// A field of the venue's aggregated trade, and our column. developers.binance.com, "Compressed/Aggregate Trades List",
// read 2026-11.
struct InfoField {
  const char* name;
  std::string_view column;
  bool is_optional = false;  // it is of spot only
};
constexpr std::array<InfoField, 8> kInfo{{{"a", "agg_trade_id"},
                                          {"p", "price"},
                                          {"q", "quantity"},
                                          {"f", "first_trade_id"},
                                          {"l", "last_trade_id"},
                                          {"T", "ts_event"},
                                          {"m", "is_buyer_maker"},
                                          {"M", "is_best_match", true}}};
constexpr const char* kOfSpot = "M";

// The symbol, then those.
Layout trade_layout(const Kind& kind) {
  Layout layout{.columns = {Layout::kIgnored}, .readings = {Reading::kSymbol}};
  for (const InfoField& field : kInfo) {
    layout.columns.push_back(column_index(kind, field.column));
    layout.readings.push_back(Reading::kValue);
  }
  return layout;
}

struct CcxtMarket {
  std::string venue;  // empty: the symbol does not say it
  std::string symbol;
};

// "BASE/QUOTE", ":SETTLE" behind it of futures, "-DATE" behind that of those that end: as Binance spells it. What is of
// another form stays as it is.
CcxtMarket market_of(std::string_view symbol) {
  const std::size_t slash = symbol.find('/');
  if (slash == std::string_view::npos) return {"", std::string(symbol)};
  const std::string_view base = symbol.substr(0, slash);
  std::string_view quote = symbol.substr(slash + 1);
  const std::size_t colon = quote.find(':');
  if (colon == std::string_view::npos) return {"", fmt::format("{}{}", base, quote)};
  std::string_view settle = quote.substr(colon + 1);
  quote = quote.substr(0, colon);
  const std::size_t dash = settle.find('-');
  const std::string_view date = dash == std::string_view::npos ? std::string_view{} : settle.substr(dash + 1);
  settle = settle.substr(0, dash);
  if (date.contains('-')) return {"", std::string(symbol)};  // an option
  const std::string_view mark = date.empty() ? "" : "_";
  if (settle == quote) return {"binance-usdm", fmt::format("{}{}{}{}", base, quote, mark, date)};
  if (settle == base) return {"binance-coinm", fmt::format("{}{}_{}", base, quote, date.empty() ? "PERP" : date)};
  return {"", std::string(symbol)};
}

// Null: there is none.
const json* member_of(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string_view> symbol_in(const json& trade) {
  const json* const symbol = member_of(trade, "symbol");
  if (symbol == nullptr || !symbol->is_string()) return std::nullopt;
  return symbol->get_ref<const std::string&>();
}

bool has_info(const json& trade) {
  const json* const info = member_of(trade, "info");
  return info != nullptr && std::ranges::all_of(kInfo, [info](const InfoField& field) {
           return field.is_optional || member_of(*info, field.name) != nullptr;
         });
}

// One that is discarded: it is none.
json trade_of(const std::string& text) { return json::parse(text, nullptr, false); }

// The first of a file; discarded without one.
json first_trade(std::string_view head) {
  JsonArray trades(read_from_memory(head), kTradeForm);
  std::string text;
  const auto begun = trades.begin_element();
  const bool is_object = begun && *begun == '{' && trades.take_object(text, kMostTradeBytes);
  return trade_of(text.substr(0, is_object ? std::string::npos : 0));
}

// What a field says, as it stands there. A number with a point has been a double on its way: what digits it had is not
// known.
Result<std::string> text_in(const json& info, const InfoField& field) {
  const json* const value = member_of(info, field.name);
  if (value == nullptr && field.is_optional) return "";
  if (value == nullptr) return fail(ErrorCode::kBadInput, fmt::format("its info lacks {}", field.name));
  if (value->is_boolean()) return value->get<bool>() ? "true" : "false";
  if (value->is_number_unsigned()) return fmt::format("{}", value->get<std::uint64_t>());
  if (value->is_number_integer()) return fmt::format("{}", value->get<std::int64_t>());
  if (!value->is_string()) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{} in its info is neither a text nor a whole number: what the venue sent is not known",
                            field.name));
  }
  const auto& text = value->get_ref<const std::string&>();
  if (!text.contains(',')) return text;
  return fail(ErrorCode::kBadInput, fmt::format("{} in its info, '{}', has a comma", field.name, shown_text(text)));
}

class TradeJsonReader final : public RowReader {
 public:
  TradeJsonReader(std::unique_ptr<ByteSource> bytes, const DataSet& set)
      : trades_(std::move(bytes), kTradeForm),
        symbol_(set.symbol),
        parser_(*set.kind, trade_layout(*set.kind), set.symbol) {}

  Result<Got> next(Row& row) override {
    const Result<bool> there = next_trade();
    if (!there) return fail(there.error().code, fmt::format("trade {}: {}", place(), there.error().message));
    if (!*there) return Got::kEnd;
    const Result<void> taken = take(row);
    if (taken) return Got::kRow;
    reason_ = taken.error().message;
    return Got::kBad;
  }
  [[nodiscard]] Bad bad() const override { return {reason_, text_}; }
  [[nodiscard]] std::uint64_t place() const override { return trades_.elements(); }
  [[nodiscard]] std::optional<std::string_view> time_unit() const override { return parser_.time_unit(); }

 private:
  // Into text_. False: there is none.
  Result<bool> next_trade() {
    const auto first = trades_.begin_element();
    if (!first) return std::unexpected(first.error());
    if (!*first) return false;
    if (**first != '{') return trades_.wrong("something else is in it");
    if (const Result<void> taken = trades_.take_object(text_, kMostTradeBytes); !taken) {
      return std::unexpected(taken.error());
    }
    return true;
  }

  Result<void> take(Row& row) {
    const json trade = trade_of(text_);
    if (trade.is_discarded()) return fail(ErrorCode::kBadInput, "it is no JSON");
    const json* const info = member_of(trade, "info");
    if (info == nullptr) return fail(ErrorCode::kBadInput, "it has no info, what the venue sent");
    const std::optional<std::string_view> told = symbol_in(trade);
    const CcxtMarket market = told ? market_of(*told) : CcxtMarket{"", symbol_};
    if (!venue_) venue_ = market.venue;
    if (market.venue != *venue_) {
      return fail(ErrorCode::kBadInput,
                  told ? fmt::format("symbol '{}' is of another market than the file's first trade", shown_text(*told))
                       : "it has no symbol, which the file's first trade has");
    }
    line_ = market.symbol;
    if (line_.contains(',')) return fail(ErrorCode::kBadInput, "its symbol has a comma");
    for (const InfoField& field : kInfo) {
      const Result<std::string> text = text_in(*info, field);
      if (!text) return std::unexpected(text.error());
      line_ += ',' + *text;
    }
    return parser_.parse(line_, row);
  }

  JsonArray trades_;
  std::string symbol_;
  std::optional<std::string> venue_;  // as the first trade's symbol tells it
  RowParser parser_;
  std::string text_;
  std::string line_;
  std::string reason_;
};

}  // namespace

bool is_trade_json(std::string_view /*path*/, std::string_view head) { return has_info(first_trade(head)); }

Result<std::vector<DataSet>> trade_json_sets(const std::string& path, const SourceHints& hints) {
  constexpr std::string_view kAggTrades = "agg_trades";
  if (!hints.kind.empty() && hints.kind != kAggTrades) {
    return fail(ErrorCode::kUsage, fmt::format("{}: it holds {}, not {}", path, kAggTrades, hints.kind));
  }
  const json first = first_trade(head_of(path));
  const CcxtMarket told = market_of(symbol_in(first).value_or(""));
  DataSet set{.kind = find_kind(kAggTrades),
              .venue = hints.venue.empty() ? told.venue : hints.venue,
              .symbol = hints.symbol.empty() ? told.symbol : hints.symbol,
              .interval = "",
              .origin = std::string(DataSet::kOther)};
  const json* const info = member_of(first, "info");
  if (set.venue.empty() && info != nullptr && member_of(*info, kOfSpot) != nullptr) set.venue = venue_named("spot");
  Result<DataSet> checked = checked_set(path, std::move(set), hints.by_keys);
  if (!checked) return std::unexpected(checked.error());
  return std::vector<DataSet>{*std::move(checked)};
}

Result<std::unique_ptr<RowReader>> read_trade_json(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                   const SourceHints& /*hints*/) {
  return std::make_unique<TradeJsonReader>(std::move(bytes), set);
}

}  // namespace acts::history
