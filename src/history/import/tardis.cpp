#include "history/import/tardis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "history/import/message_reader.hpp"
#include "history/import/source_file.hpp"

namespace acts::history {
namespace {

constexpr std::string_view kBegin = "exchange,symbol,timestamp,local_timestamp,";

constexpr std::string_view kTradeHeader = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount";
constexpr std::string_view kBookHeader = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount";

// Of the lines, and of those that a snapshot's line becomes.
Layout tardis_layout(const Kind& kind) {
  Layout layout{
      .columns = {Layout::kIgnored, Layout::kIgnored, column_index(kind, "ts_event"), column_index(kind, "ts_recv_ns")},
      .readings = {Reading::kValue, Reading::kSymbol, Reading::kValue, Reading::kValue, Reading::kValue}};
  if (kind.is_stream) {
    layout.columns.push_back(column_index(kind, "is_snapshot"));
    layout.columns.push_back(column_index(kind, "is_bid"));
    layout.readings.push_back(Reading::kSide);
  } else {
    layout.columns.push_back(column_index(kind, "trade_id"));
    layout.columns.push_back(column_index(kind, "is_buyer_maker"));
    layout.readings.push_back(Reading::kTaker);
  }
  layout.columns.push_back(column_index(kind, "price"));
  layout.columns.push_back(column_index(kind, "quantity"));
  return layout;
}

// "asks[12].price": which side, level and value.
struct LevelField {
  bool is_bid = false;
  bool is_price = false;
  int level = 0;
};
std::optional<LevelField> level_field(std::string_view name) {
  LevelField found;
  found.is_bid = name.starts_with("bids[");
  if (!found.is_bid && !name.starts_with("asks[")) return std::nullopt;
  name.remove_prefix(5);
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), found.level);
  const std::string_view rest = name.substr(static_cast<std::size_t>(end - name.data()));
  found.is_price = rest == "].price";
  if (error != std::errc{} || found.level < 0 || (!found.is_price && rest != "].amount")) return std::nullopt;
  return found;
}

bool is_snapshot_header(std::string_view header) {
  const std::string_view rest = header.substr(std::min(kBegin.size(), header.size()));
  return header.starts_with(kBegin) && (rest.starts_with("asks[") || rest.starts_with("bids["));
}

class TardisReader final : public MessageReader {
 public:
  TardisReader(std::unique_ptr<ByteSource> bytes, const DataSet& set)
      : MessageReader(std::move(bytes), *set.kind, tardis_layout(*set.kind), set.symbol),
        is_stream_(set.kind->is_stream) {}

 private:
  Result<void> begin(const Line& header) override {
    if (header.text == (is_stream_ ? kBookHeader : kTradeHeader)) return {};
    if (!is_stream_ || !is_snapshot_header(header.text)) {
      return fail(ErrorCode::kBadInput, "its header is none of incremental_book_L2, book_snapshot_N and trades");
    }
    count_ = header.fields.size();
    for (std::size_t i = kKept; i < count_; i += 2) {
      if (Result<void> added = add_level(header, i); !added) return added;
    }
    return {};
  }

  Result<void> add_level(const Line& header, std::size_t i) {
    const std::optional<LevelField> price = level_field(header.fields[i]);
    const std::optional<LevelField> amount = i + 1 < count_ ? level_field(header.fields[i + 1]) : std::nullopt;
    const bool is_pair = price && amount && price->is_price && !amount->is_price && price->is_bid == amount->is_bid &&
                         price->level == amount->level;
    if (!is_pair) {
      return fail(ErrorCode::kBadInput, fmt::format("its header names '{}', where a level's price and amount are to be",
                                                    shown_text(header.fields[i])));
    }
    sides_.emplace_back(price->is_bid ? "bid" : "ask");
    return {};
  }

  Result<void> split(const Line& line, std::vector<std::string>& rows) override {
    if (sides_.empty()) {
      rows.emplace_back(line.text);
      return {};
    }
    const std::span<const std::string_view> fields = line.fields;
    if (fields.size() != count_) {
      return fail(ErrorCode::kBadInput, fmt::format("it has {} fields, not {}", fields.size(), count_));
    }
    const std::string begin = fmt::format("{},{},{},{},true", fields[0], fields[1], fields[2], fields[3]);
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      const std::string_view price = fields[kKept + 2 * i];
      const std::string_view amount = fields[kKept + 2 * i + 1];
      if (price.empty() && amount.empty()) continue;  // a book that is not that deep
      rows.push_back(fmt::format("{},{},{},{}", begin, sides_[i], price, amount));
    }
    // That a book is empty is told too.
    if (rows.empty()) rows.push_back(fmt::format("{},,,", begin));
    return {};
  }

  static constexpr std::size_t kKept = 4;  // exchange, symbol and both times
  bool is_stream_;
  std::vector<std::string_view> sides_;  // of a snapshot's pairs of fields
  std::size_t count_ = 0;
};

}  // namespace

bool is_tardis_csv(std::string_view /*path*/, std::string_view head) { return first_line_of(head).starts_with(kBegin); }

Result<std::vector<DataSet>> tardis_sets(const std::string& path, const SourceHints& hints) {
  const std::string head = head_of(path);
  const std::string_view header = first_line_of(head);
  std::string_view fields[kMaxFields];
  split_fields(second_line_of(head), fields);
  const bool is_book = is_snapshot_header(header) || header == kBookHeader;
  if (!is_book && header != kTradeHeader) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it is none of incremental_book_L2, book_snapshot_N and trades of Tardis", path));
  }
  const auto either = [](const std::string& hint, std::string_view said) {
    return hint.empty() ? std::string(said) : hint;
  };
  if (fields[1].empty()) return fail(ErrorCode::kBadInput, fmt::format("{}: it holds no row", path));
  Result<DataSet> set = checked_set(path, {.kind = find_kind(is_book ? "book_updates" : "trades"),
                                           .venue = either(hints.venue, venue_named(fields[0])),
                                           .symbol = either(hints.symbol, fields[1]),
                                           .interval = "",
                                           .origin = std::string(DataSet::kTardis)});
  if (!set) return std::unexpected(set.error());
  return std::vector<DataSet>{*std::move(set)};
}

Result<std::unique_ptr<RowReader>> read_tardis_csv(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                   const SourceHints& /*hints*/) {
  return std::make_unique<TardisReader>(std::move(bytes), set);
}

}  // namespace acts::history
