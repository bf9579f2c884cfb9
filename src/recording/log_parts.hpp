// Whose each line and entry of an open log is: what takes a log apart, or reads one that is not taken apart yet as if
// it were. A part is what is one symbol's, or no symbol's (kSessionName). Pure.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "recording/recording_reader.hpp"

namespace acts {

// Tells whose a message is. This room does not know what messages mean.
class LineOwner {
 public:
  virtual ~LineOwner() = default;
  virtual void add_symbol(std::string_view symbol) = 0;
  // Empty: of none. Valid until the next call.
  virtual std::string_view symbol_of(std::string_view json) = 0;
};

class LogPart {
 public:
  virtual ~LogPart() = default;
  virtual Result<void> line(const RecordedLine& line) = 0;
  virtual Result<void> note(UnixNanos ts, const IndexEvent& event) = 0;
};

class LogParts {
 public:
  // `ts`: of what it begins with. The run's beginning is noted in it first, as in every part but the session's.
  using Make = std::function<Result<std::unique_ptr<LogPart>>(const std::string& name, UnixNanos ts)>;

  LogParts(std::unique_ptr<LineOwner> owner, Make make) : owner_(std::move(owner)), make_(std::move(make)) {}

  // What comes back is the part that has taken it. Errors: those of the parts, as with all that follow.
  Result<LogPart*> on_line(const RecordedLine& line);
  Result<void> on_entry(const IndexEntry& entry);
  // What is left out of the log, in front of where it is read from: only what its other lines are understood by.
  void on_skipped(const IndexEntry& entry);
  // The run was alive to the end.
  Result<void> finish();

  struct Part {
    std::unique_ptr<LogPart> to;
    bool active = true;  // what concerns all symbols concerns it
  };
  // By name.
  [[nodiscard]] const std::map<std::string, Part, std::less<>>& all() const { return parts_; }
  // Of all that was told.
  [[nodiscard]] UnixNanos last_time() const { return last_ts_; }

 private:
  void learn(const IndexEntry& entry);
  Result<Part*> part_of(std::string_view symbol, UnixNanos ts);
  Result<void> note_all(const IndexEntry& entry);

  std::unique_ptr<LineOwner> owner_;
  Make make_;
  std::map<std::string, Part, std::less<>> parts_;
  std::set<std::string, std::less<>> known_;
  std::optional<IndexEntry> header_;
  std::optional<index::RestAnswer> answer_;  // what the next line is
  std::optional<UnixNanos> alive_;           // the last sign of life, if it is the last entry
  UnixNanos last_ts_;
};

}  // namespace acts
