// Which sealed recordings the book of a symbol is restored from, beside the logs that are open. Blocking.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acts/base/time.hpp"

#include "live/open_logs.hpp"
#include "live/restore_books.hpp"
#include "live/run_settings.hpp"
#include "recording/archive.hpp"

namespace acts {

std::vector<std::string> paths_of(const std::vector<RecordingFile>& files);

class RestoreFiles {
 public:
  // `logs`: those that are open and can be read. Both outlive the object.
  RestoreFiles(const RestoreOptions& options, const std::vector<OpenLog>& logs) : options_(options), logs_(logs) {}

  // From the one on in which `from` may be.
  [[nodiscard]] std::vector<RecordingFile> sealed_since(const std::string& symbol, UnixNanos from) const;
  // All of them; nothing if that is much.
  [[nodiscard]] std::optional<std::vector<RecordingFile>> short_recording(const std::string& symbol) const;
  // Nothing was ever recorded, or all of it is gone.
  [[nodiscard]] bool has_none_of(const std::string& symbol) const;
  // Of the run that recorded at that time, of `files` and open logs. A segment is of one run, and of a checkpoint's
  // hour there may be several.
  [[nodiscard]] std::optional<RunSettings> settings_at(std::vector<RecordingFile> files, UnixNanos time) const;

 private:
  [[nodiscard]] std::vector<RecordingFile> segments_from(const std::string& symbol, UnixNanos from) const;
  void leave_out_open(std::vector<RecordingFile>& files) const;

  const RestoreOptions& options_;
  const std::vector<OpenLog>& logs_;
};

}  // namespace acts
