// CSV files of Tardis.dev: incremental_book_L2 and book_snapshot_N (N levels a side, as snapshots) into book_updates,
// trades into trades. Their times are microseconds; local_timestamp is when Tardis received the message.
// Columns: docs.tardis.dev/downloadable-csv-files, read 2026-11.
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

bool is_tardis_csv(std::string_view path, std::string_view head);

// The one set of a file: its kind by the header, exchange and symbol by the first row. Binance's markets get our names.
// Of a file with several symbols `hints.symbol` takes one. Errors: kUsage, kBadInput.
Result<std::vector<DataSet>> tardis_sets(const std::string& path, const SourceHints& hints);

// Of a file as its name and header say; rows of other symbols are bad ones.
Result<std::unique_ptr<RowReader>> read_tardis_csv(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                   const SourceHints& hints);

}  // namespace acts::history
