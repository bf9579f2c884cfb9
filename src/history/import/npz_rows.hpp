// Files of hftbacktest (.npz, export/hft_event.hpp) for the importer: books and trades of one symbol, which the file
// does not name. Of the events that stand there twice, once for each clock, those of the local one are taken. Prices
// and quantities are doubles there, and become the shortest decimals that give those doubles; a price with a tick told
// is the multiple of the tick that it stands for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/decimal.hpp"
#include "acts/base/result.hpp"

#include "history/import/row_reader.hpp"
#include "history/import/source_name.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

// By its name.
bool is_npz(std::string_view path, std::string_view head);

// Errors: kUsage: venue or symbol are not told by hints; kBadInput: it has neither depth nor trades.
Result<std::vector<DataSet>> npz_sets(const std::string& path, const SourceHints& hints);

// `tick_size`: positive (asserted). Errors, also of next(): kBadInput: no array of events, or not as many as it says.
Result<std::unique_ptr<RowReader>> read_npz(std::unique_ptr<ByteSource> bytes, const DataSet& set,
                                            std::optional<Decimal> tick_size);

}  // namespace acts::history
