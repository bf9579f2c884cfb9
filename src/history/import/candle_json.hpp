// Candles as a JSON array of arrays: what bar backtesters keep ("[[t,o,h,l,c,v],…]", t in milliseconds or
// microseconds), and what Binance's REST endpoints for candles answer (twelve values). One line or many: it is read as
// a stream, in bounded memory. Into klines, of which the short form leaves all but open_time, prices and volume null.
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

bool is_candle_json(std::string_view path, std::string_view head);

// By the name, where that is "BTC_USDT-1h" or "BTCUSDT-1h-2021-02", and by the hints. Errors: kUsage.
Result<std::vector<DataSet>> candle_json_sets(const std::string& path, const SourceHints& hints);

// place() counts candles. A candle with other values than numbers, or with as many as neither form has, is a bad row;
// what is no array of arrays is an error. Errors: kUsage: the hints' time format.
Result<std::unique_ptr<RowReader>> read_candle_json(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                    const SourceHints& hints);

}  // namespace acts::history
