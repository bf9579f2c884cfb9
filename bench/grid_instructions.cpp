// The grid over rows of a file, for a count of instructions: grid_instructions FILE prints rows and fills. Counted is
// what count_this() does (scripts/instructions.sh).
#include <fmt/format.h>

#include "acts/strategy/registry.hpp"

#include "grid_run.hpp"
#include "rows_file.hpp"

namespace {

acts::backtest::BacktestInstrument btcusdt() {
  acts::Instrument info;
  info.tick_size = acts::Decimal{1, 1};
  info.lot_size = acts::Decimal{1, 3};
  return *acts::backtest::backtest_instrument(info);
}

}  // namespace

extern "C" [[gnu::noinline]] std::uint64_t count_this(const acts::bench::RowsFile& rows, acts::Strategy& strategy) {
  return acts::bench::run(btcusdt(), rows.venue, rows.local, strategy).fills;
}

int main(int count, char** words) {
  if (count != 2) return 2;
  const acts::bench::RowsFile rows = acts::bench::read_rows(words[1]);
  const auto type = acts::find_strategy("grid");
  const auto parameters = acts::parse_parameters((*type)->parameters, {});
  const auto strategy = (*type)->make(*parameters);
  fmt::print("{} {}\n", rows.rows, count_this(rows, **strategy));
}
