// A file of any of the text formats is any text: each row it becomes has its key, decimals that the row's form holds,
// and the same values in a second reading; what it does not become is told in one line. A level that is told again is
// known.
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/assert.hpp"

#include "history/import/foreign_file.hpp"
#include "history/import/repeated_levels.hpp"
#include "history/import/source_format.hpp"
#include "history/table/row_digest.hpp"

namespace {

using namespace acts;
using namespace acts::history;

struct Target {
  std::string_view format;
  std::string_view kind;
  std::string_view columns;
  std::string_view time_format;
};
constexpr std::array<Target, 9> kTargets{
    {{"tardis", "book_updates", "", ""},
     {"tardis", "trades", "", ""},
     {"depth-csv", "book_updates", "", ""},
     {"depth-csv", "trades", "", ""},
     {"candles", "klines", "", ""},
     {"csv", "klines", "", ""},
     {"csv", "klines", "open_time=1,open=2,high=3,low=4,close=5,volume=6", "s"},
     {"csv", "klines", "open_time=t,open=o,high=h,low=l,close=c,volume=v", "%Y%m%d %H:%M"},
     {"ccxt", "agg_trades", "", ""}}};

void check_row(const Kind& kind, const Row& row) {
  for (std::size_t i = 0; i < kind.columns.size(); ++i) {
    const TableColumn& column = kind.columns[i];
    ACTS_ASSERT(!row.is_null(i) || (column.is_nullable && row.values[i] == 0));
    if (!is_decimal(column.type)) continue;
    ACTS_ASSERT(column.is_signed || row.values[i] >= 0);
    int128 limit = 1;
    for (int digit = decimal_shape(column.type, row.form).precision; digit > 0; --digit) limit *= 10;
    ACTS_ASSERT(row.values[i] < limit && row.values[i] > -limit);
  }
}

std::string digest_of(const SourceFormat& format, const Target& target, std::string_view text) {
  const DataSet set{.kind = find_kind(target.kind), .venue = "binance-usdm", .symbol = "BTCUSDT", .interval = "1h"};
  const SourceHints hints{.kind = "",
                          .venue = "",
                          .symbol = "",
                          .interval = "",
                          .format = std::string(target.format),
                          .columns = std::string(target.columns),
                          .time_format = std::string(target.time_format)};
  const auto reader = format.make_reader(read_from_memory(text), set, hints);
  ACTS_ASSERT(reader);
  RowDigest digest(*set.kind, "fuzz");
  std::optional<RepeatedLevels> levels;
  if (set.kind->is_stream) levels.emplace(*set.kind);
  Row row;
  for (;;) {
    const Result<RowReader::Got> got = (*reader)->next(row);
    if (!got) {
      ACTS_ASSERT(!got.error().message.contains('\n'));
      return digest.finish() + got.error().message;
    }
    if (*got == RowReader::Got::kEnd) return digest.finish();
    if (*got == RowReader::Got::kBad) {
      ACTS_ASSERT(!(*reader)->bad().reason.empty());
      continue;
    }
    check_row(*set.kind, row);
    if (levels && levels->look(row) != RepeatedLevels::Verdict::kTooMany) {
      ACTS_ASSERT(levels->look(row) == RepeatedLevels::Verdict::kRepeated);
    }
    digest.add(row);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Target& target = kTargets[bytes[0] % kTargets.size()];
  for (const std::string_view name : {"x.csv", "x_quote.csv"}) ACTS_ASSERT(!foreign_advice(name, text).contains('\n'));
  for (const SourceFormat& format : source_formats()) {
    if (format.is_it != nullptr) static_cast<void>(format.is_it("x", text));
    if (format.name != target.format) continue;
    ACTS_ASSERT(digest_of(format, target, text) == digest_of(format, target, text));
  }
  return 0;
}
