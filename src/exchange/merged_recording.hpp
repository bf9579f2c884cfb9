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
  UnixNanos ts_recv;     // never goes back
  std::string json;      // as received
  std::size_t file = 0;  // position among the paths
  // Of a REST answer, where an index tells it: as index::RestAnswer has them.
  std::string rest_kind;
  std::string rest_symbol;
  int rest_limit = 0;

  // A snapshot that was asked for as such, as far as one can tell. Our collector also asks for a few levels, to see
  // whether a silent book has moved ("probe"): no state of a book.
  [[nodiscard]] bool may_be_snapshot() const {
    return rest_kind.empty() || rest_kind == "depth" || rest_kind == "audit";
  }
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
    index::RestAnswer answer;  // what the next line is; `kind` is empty if none
  };
  Result<void> fill(std::size_t file);

  std::vector<Input> inputs_;
};

}  // namespace acts::exchange
