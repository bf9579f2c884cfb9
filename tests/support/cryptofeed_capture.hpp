// A capture of cryptofeed (testdata/cryptofeed: lines "URL -> unix time: body" of REST answers, "unix time: message" of
// a connection) as a recording of ours: one log, and an index that names its symbols and says whose answer is whose.
#pragma once

#include <string>
#include <string_view>

#include "acts/market/venue.hpp"

#include "recording/recording_reader.hpp"

namespace acts::test {

struct CryptofeedRecording {
  std::string log;    // <recv_ns> <json>, in the order of receipt
  std::string index;  // JSON lines
  std::size_t messages = 0;
  std::size_t answers = 0;
};

// `http` and `stream`: the texts of the two files. Asserts that every line is of the form.
CryptofeedRecording convert_cryptofeed(Venue venue, std::string_view http, std::string_view stream);

// Reads `recording`, which the caller keeps alive.
RecordingReader open_converted(const CryptofeedRecording& recording);

}  // namespace acts::test
