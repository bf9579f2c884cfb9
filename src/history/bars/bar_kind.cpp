#include "history/bars/bar_kind.hpp"

#include "acts/base/assert.hpp"

namespace acts::history {

const Kind& bar_kind() {
  static const Kind kBars{
      .name = "bars",
      .meaning = "runs of trades, or of smaller candles",
      .columns = {
          {"open_time", CellType::kTime, false, false, "begin of the interval, or the first trade"},
          {"open", CellType::kPrice, false, true, "first price"},
          {"high", CellType::kPrice, false, true, "highest price"},
          {"low", CellType::kPrice, false, true, "lowest price"},
          {"close", CellType::kPrice, false, true, "last price"},
          {"volume", CellType::kVolume, false, false, "base asset traded; COIN-M: contracts"},
          {"close_time", CellType::kTime, true, false, "last moment of what is in it"},
          {"quote_volume", CellType::kVolume, true, false, "quote asset traded; not known of COIN-M's trades"},
          {"trades", CellType::kInteger, true, false, "how many trades"},
          {"taker_buy_volume", CellType::kVolume, true, false, "of volume, bought by takers"},
          {"taker_buy_quote_volume", CellType::kVolume, true, false, "of quote_volume, the same"},
          {"first_id", CellType::kInteger, true, false, "of the first trade in it; candles have none"},
          {"rows", CellType::kInteger, false, false, "trades or candles it is made of"},
          {"missing", CellType::kInteger, true, false, "candles or trade ids that are not there"},
          {"is_filled", CellType::kFlag, false, false, "made up where there is nothing (--fill)"},
          {"is_open", CellType::kFlag, false, false, "what follows in the catalog's next data may belong to it"},
      }};
  ACTS_ASSERT(kBars.columns.size() == kBarIsOpen + 1 && kBars.columns.size() <= kMaxColumns);
  return kBars;
}

}  // namespace acts::history
