// CSV files of Binance-Data-Processor (github.com/DanielLasota/Binance-Data-Processor): order book updates, snapshots
// and trades of one symbol, a row a level or trade, each by itself or merged in one table. Into book_updates and
// trades.
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

bool is_depth_csv(std::string_view path, std::string_view head);

// By the header, and by "…_usd_m_futures_trxusdt_…" in the name. Errors: kUsage, kBadInput.
Result<std::vector<DataSet>> depth_csv_sets(const std::string& path, const SourceHints& hints);

// The rows of one of them; those of another symbol are bad ones.
Result<std::unique_ptr<RowReader>> read_depth_csv(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                  const SourceHints& hints);

}  // namespace acts::history
