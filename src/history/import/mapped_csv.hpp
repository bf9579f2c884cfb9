// CSV files of anybody, with a header or without: which field is which of our columns is said, or, of candles, known by
// the usual names (Date, Open, High, …). Into any kind that a line of a file can be a row of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/import/row_reader.hpp"
#include "history/import/source_name.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

// klines unless `hints.kind` says other; symbol and interval by the name, where that is "BTCUSDT-1h", else by the
// hints. Errors: kUsage.
Result<std::vector<DataSet>> mapped_csv_sets(const std::string& path, const SourceHints& hints);

// `hints.columns`: "open_time=Date,open=Open,…"; a number instead of a name is the field's place, from 1. Fields that
// nobody names are left out. Errors: kUsage: a column that the kind has not, one that must be there and is not named,
// a field that is none, the time format.
Result<std::unique_ptr<RowReader>> read_mapped_csv(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                                   const SourceHints& hints);

}  // namespace acts::history
