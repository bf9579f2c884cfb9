// Recordings, ours and those of other collectors in the same form, for the importer: books, trades and best bid and ask
// of every symbol in a file. Whose a REST answer is and what the index beside the file tells counts: so a file is
// opened by its path.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "history/import/recorded_messages.hpp"
#include "history/import/row_reader.hpp"
#include "history/import/source_format.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {

// By the first line: "<recv_ns> {".
bool is_recording(std::string_view path, std::string_view head);

// What the index beside it, its folders ("…/raw/binance-spot/…") or a depth update among the first 10,000 lines tell.
std::optional<Venue> venue_of_recording(const std::string& path);

// By symbol. Errors: kUsage: its venue cannot be told, it does not have the symbol or kind of the hints; kBadInput: it
// has nothing that the catalog keeps; as RecordedMessages.
Result<std::unique_ptr<OpenedSource>> open_recording_source(const std::string& path, const SourceHints& hints);
// The same of a recording that is opened another way. Of symbols that have an answer and no stream: nothing.
Result<std::unique_ptr<OpenedSource>> open_recording_source(std::string_view path, OpenRecording open, Venue venue,
                                                            const SourceHints& hints, std::string_view origin);

// The rows of one set, of what was received from `from` on and before `to`. Looks through the recording first.
struct RecordedSpan {
  std::optional<UnixNanos> from = {};
  std::optional<UnixNanos> to = {};
};
Result<std::unique_ptr<RowReader>> open_recording_rows(const OpenRecording& open, const DataSet& set,
                                                       const RecordedSpan& span = {});
// Of a sealed segment of the symbol, or several: its index tells whose the answers are, nothing has to be looked for.
Result<std::unique_ptr<RowReader>> open_segment_rows(const OpenRecording& open, const DataSet& set);

}  // namespace acts::history
