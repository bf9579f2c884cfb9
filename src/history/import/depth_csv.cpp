#include "history/import/depth_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "history/import/message_reader.hpp"
#include "history/import/source_file.hpp"

namespace acts::history {
namespace {

// Of a row, by the names of its fields.
class Fields {
 public:
  void begin(std::span<const std::string_view> names) { names_.assign(names.begin(), names.end()); }

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] bool has(std::string_view name) const { return std::ranges::find(names_, name) != names_.end(); }
  // Empty where there is none of that name.
  [[nodiscard]] std::string_view of(std::span<const std::string_view> row, std::string_view name) const {
    const auto found = std::ranges::find(names_, name);
    return found == names_.end() ? std::string_view{} : row[static_cast<std::size_t>(found - names_.begin())];
  }
  // The first of two names that has something.
  [[nodiscard]] std::string_view of(std::span<const std::string_view> row, std::string_view name,
                                    std::string_view other) const {
    const std::string_view text = of(row, name);
    return text.empty() ? of(row, other) : text;
  }

 private:
  std::vector<std::string> names_;
};

constexpr std::array<std::string_view, 11> kBookColumns{
    "ts_recv_ns", "ts_event", "first_update_id", "update_id", "prev_update_id", "is_snapshot", "is_bid",
    "price",      "quantity", "ts_sent",         ""};
constexpr std::array<std::string_view, 9> kTradeColumns{
    "ts_recv_ns", "ts_event", "trade_id", "price", "quantity", "is_buyer_maker", "is_market", "is_best_match", ""};

// Of the lines that split() makes; the last field is the symbol. Files mix microseconds of receipt with milliseconds of
// the venue.
Layout depth_layout(const Kind& kind) {
  Layout layout{.has_units_by_column = true};
  const std::span<const std::string_view> columns =
      kind.is_stream ? std::span<const std::string_view>(kBookColumns) : kTradeColumns;
  for (const std::string_view name : columns) {
    layout.columns.push_back(name.empty() ? Layout::kIgnored : column_index(kind, name));
    layout.readings.push_back(name.empty()          ? Reading::kSymbol
                              : name == "is_bid"    ? Reading::kOpposite
                              : name == "is_market" ? Reading::kMarket
                                                    : Reading::kValue);
  }
  return layout;
}

class DepthCsvReader final : public MessageReader {
 public:
  DepthCsvReader(std::unique_ptr<ByteSource> bytes, const DataSet& set)
      : MessageReader(std::move(bytes), *set.kind, depth_layout(*set.kind), set.symbol),
        wants_trades_(!set.kind->is_stream),
        symbol_(set.symbol) {}

 private:
  Result<void> begin(const Line& header) override {
    fields_.begin(header.fields);
    if (fields_.has("TimestampOfReceive") && fields_.has("Price") && fields_.has("Quantity")) return {};
    return fail(ErrorCode::kBadInput, "its header lacks TimestampOfReceive, Price or Quantity");
  }

  Result<void> split(const Line& line, std::vector<std::string>& rows) override {
    if (line.fields.size() != fields_.size()) {
      return fail(ErrorCode::kBadInput, fmt::format("it has {} fields, not {}", line.fields.size(), fields_.size()));
    }
    const bool is_trade = !fields_.of(line.fields, "TradeId").empty();
    if (is_trade != wants_trades_) return {};
    rows.push_back(is_trade ? trade(line.fields) : level(line.fields));
    return {};
  }

  // Where a table was merged it is in the order of TimestampOfReceiveUS. The book's own time, where there is one.
  [[nodiscard]] std::string times(std::span<const std::string_view> row) const {
    return fmt::format("{},{}", fields_.of(row, "TimestampOfReceiveUS", "TimestampOfReceive"),
                       fields_.of(row, "TransactionTime", "EventTime"));
  }
  // Where the book has its own.
  [[nodiscard]] std::string_view sent(std::span<const std::string_view> row) const {
    const std::string_view sent = fields_.of(row, "EventTime");
    const std::string_view event = fields_.of(row, "TransactionTime");
    return event.empty() || event == sent ? std::string_view{} : sent;
  }
  // Snapshots have none.
  [[nodiscard]] std::string_view symbol(std::span<const std::string_view> row) const {
    const std::string_view told = fields_.of(row, "Symbol");
    return told.empty() ? symbol_ : told;
  }

  [[nodiscard]] std::string trade(std::span<const std::string_view> row) const {
    // Spot's trades do not say whether they are of the market.
    const bool has_market = fields_.has("XUnknownParameter");
    return fmt::format("{},{},{},{},{},{},{},{}", times(row), fields_.of(row, "TradeId"), fields_.of(row, "Price"),
                       fields_.of(row, "Quantity"), fields_.of(row, "IsBuyerMarketMaker"),
                       has_market ? fields_.of(row, "XUnknownParameter") : "MARKET",
                       fields_.of(row, "MUnknownParameter"), symbol(row));
  }

  // A table may begin with the book that the one before ended with: each level with the ids that set it, in no order of
  // these. That is a snapshot, of no id.
  [[nodiscard]] std::string level(std::span<const std::string_view> row) const {
    if (fields_.of(row, "StreamType") == "FINAL_DEPTH_SNAPSHOT") {
      return fmt::format("{},,,,1,{},{},{},{},{}", times(row), fields_.of(row, "IsAsk"), fields_.of(row, "Price"),
                         fields_.of(row, "Quantity"), sent(row), symbol(row));
    }
    const std::string_view snapshot = fields_.of(row, "LastUpdateId");
    return fmt::format("{},{},{},{},{},{},{},{},{},{}", times(row), fields_.of(row, "FirstUpdateId"),
                       snapshot.empty() ? fields_.of(row, "FinalUpdateId") : snapshot,
                       fields_.of(row, "FinalUpdateIdInLastStream"), snapshot.empty() ? "0" : "1",
                       fields_.of(row, "IsAsk"), fields_.of(row, "Price"), fields_.of(row, "Quantity"), sent(row),
                       symbol(row));
  }

  bool wants_trades_;
  std::string symbol_;
  Fields fields_;
};

struct MarketWord {
  std::string_view word;
  std::string_view venue;
};
constexpr std::array<MarketWord, 3> kMarkets{
    {{"_spot_", "binance-spot"}, {"_usd_m_futures_", "binance-usdm"}, {"_coin_m_futures_", "binance-coinm"}}};

// "…_usd_m_futures_trxusdt_04-03-2025.csv": venue and symbol.
void read_name(std::string_view path, DataSet& set) {
  const std::string_view name = stem_of(path);
  for (const MarketWord& market : kMarkets) {
    const std::size_t at = name.find(market.word);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = name.substr(at + market.word.size());
    if (set.venue.empty()) set.venue = market.venue;
    if (!set.symbol.empty()) return;
    // "btcusd_perp_14-04-2025": up to the date.
    const std::size_t date = std::min(rest.find('-'), rest.size());
    set.symbol = rest.substr(0, std::min(rest.rfind('_', date), rest.size()));
    std::ranges::transform(set.symbol, set.symbol.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return;
  }
}

}  // namespace

bool is_depth_csv(std::string_view /*path*/, std::string_view head) {
  return first_line_of(head).starts_with("TimestampOfReceive");
}

Result<std::vector<DataSet>> depth_csv_sets(const std::string& path, const SourceHints& hints) {
  const std::string head = head_of(path);
  const std::string_view header = first_line_of(head);
  const auto has = [header](std::string_view name) {
    return fmt::format(",{},", header).contains(fmt::format(",{},", name));
  };
  DataSet set{.kind = nullptr,
              .venue = hints.venue,
              .symbol = hints.symbol,
              .interval = "",
              .origin = std::string(DataSet::kOther)};
  read_name(path, set);
  std::vector<DataSet> sets;
  sets.reserve(2);
  for (const std::string_view kind : {"book_updates", "trades"}) {
    const bool is_in = kind == "trades" ? has("TradeId") : has("FinalUpdateId") || has("LastUpdateId");
    if (!is_in) continue;
    set.kind = find_kind(kind);
    Result<DataSet> checked = checked_set(path, set);
    if (!checked) return std::unexpected(checked.error());
    sets.push_back(*std::move(checked));
  }
  if (!sets.empty()) return sets;
  return fail(ErrorCode::kBadInput, fmt::format("{}: its header names neither update ids nor trade ids", path));
}

Result<std::unique_ptr<RowReader>> read_depth_csv(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                  const SourceHints& /*hints*/) {
  return std::make_unique<DepthCsvReader>(std::move(bytes), set);
}

}  // namespace acts::history
