// Trades as a JSON array of objects, as ccxt tells them and freqtrade keeps them: of each what its "info" has, which is
// Binance's aggregated trade as the venue sent it (a p q f l T m, of spot also M). Into agg_trades: exact, as prices
// and quantities are texts there; the doubles beside them are not looked at. One line or many: it is read as a stream,
// in bounded memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/row_reader.hpp"
#include "history/import/source_name.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

bool is_trade_json(std::string_view path, std::string_view head);

// By the symbol of its first trade ("XRP/ETH", "BTC/USDT:USDT", "BTC/USD:BTC-250627"), and by the hints. The origin is
// `other`. Errors: kUsage.
Result<std::vector<DataSet>> trade_json_sets(const std::string& path, const SourceHints& hints);

// place() counts trades. One of another symbol, without the venue's fields, or whose price or quantity is a number with
// a point and no text, is a bad row; what is no array of objects is an error.
Result<std::unique_ptr<RowReader>> read_trade_json(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                   const SourceHints& hints);

}  // namespace acts::history
