// Several recordings as one, by receive time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/recording_reader.hpp"

namespace acts::exchange {

struct MergedLine {
  UnixNanos ts_recv;        // never goes back
  std::string json;         // as received
  std::size_t file = 0;     // position among the paths
  std::string rest_symbol;  // of a REST answer, where an index tells it
  int rest_limit = 0;
};

class MergedRecording {
 public:
  // Lines of equal time come in the order of the files; within a file lines whose time steps back count as at the time
  // of the line before. Errors: kUsage, naming the first file that cannot be read.
  static Result<MergedRecording> open(const std::vector<std::string>& paths);

  // The next line; nothing at the end. Errors: what was skipped in one of the files; go on with the next call.
  Result<std::optional<MergedLine>> next();

 private:
  struct Input {
    RecordingReader reader;
    std::optional<MergedLine> head;
    bool ended = false;
    UnixNanos latest;
    std::string rest_symbol;
    int rest_limit = 0;
  };
  Result<void> fill(std::size_t file);

  std::vector<Input> inputs_;
};

}  // namespace acts::exchange
