// Captures of cryptofeed as recordings: of each connection a file NAME.ws.N.M (its first line is the URL, then lines
// "unix time: message"), beside it the REST answers in NAME.http.N.M (lines "URL -> unix time: body"). Both as one, in
// the order of receipt, with the answers' symbols and limits as an index tells them. Form: cryptofeed 1.x and 2.x,
// util/async_file.py and its sample data, read 2026-11.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

#include "history/import/recorded_messages.hpp"
#include "history/import/source_format.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {

// By its first line: the URL of a connection to Binance, or to whomever.
bool is_cryptofeed(std::string_view path, std::string_view head);

struct CaptureFiles {
  std::string name;                                               // of the connection's, for messages
  RecordingInput::Open connection;                                // opens it anew each time
  std::vector<std::pair<std::string, std::string>> answers = {};  // names and contents of the others
};
// Counts the lines in front of each answer. Errors: kBadInput: an answer's line that is none; the connection's.
Result<OpenRecording> open_cryptofeed(CaptureFiles files);
// Reads the answers beside `path`, 64 MiB at most. Lines of the connection that are none are told by the reader. Errors
// also: kUsage: it is not there; kStorage.
Result<OpenRecording> open_cryptofeed(const std::string& path);
// Errors: kUsage, for other exchanges than Binance's spot and USD-M.
Result<Venue> venue_of_cryptofeed(const std::string& path);

// As open_recording_source(), of the origin cryptofeed. Answers count for the symbols of the connection.
Result<std::unique_ptr<OpenedSource>> open_cryptofeed_source(const std::string& path, const SourceHints& hints);

}  // namespace acts::history
