#include "recording/recording_reader.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "recording/recording_file.hpp"

namespace acts {
namespace {

struct SplitLine {
  UnixNanos ts_recv;
  std::string_view json;
  std::string_view problem;  // empty: none
};

SplitLine split(std::string_view line) {
  if (line.empty()) return {{}, {}, "is empty"};
  const char* const end = line.data() + line.size();
  UnixNanos ts_recv;
  const auto [stop, error] = std::from_chars(line.data(), end, ts_recv.value);
  if (error == std::errc::result_out_of_range) return {{}, {}, "has a receive time out of range"};
  if (error != std::errc{} || line.front() == '-') return {{}, {}, "does not start with a receive time"};
  if (stop == end || *stop != ' ') return {{}, {}, "has no blank after the receive time"};
  const std::string_view json(stop + 1, static_cast<std::size_t>(end - stop - 1));
  if (json.empty()) return {{}, {}, "has nothing after the receive time"};
  return {ts_recv, json, {}};
}

// Why there is nothing to read in it for sure; empty if there may be.
std::string_view emptiness_of(const RecordingInput& input) {
  struct stat status{};
  if (input.name == "-" || input.index || ::stat(input.name.c_str(), &status) != 0) return {};
  if (S_ISDIR(status.st_mode)) return "is a directory: name the files in it";
  return S_ISREG(status.st_mode) && status.st_size == 0 ? "is empty" : "";
}

// Written when all before it was on the disk, or when the run had ended in order.
bool is_durable_mark(const IndexEntry& entry) {
  return std::holds_alternative<index::Durable>(entry.event) || std::holds_alternative<index::RunEnded>(entry.event);
}

}  // namespace

Result<void> check_not_all_empty(const std::vector<std::string>& paths) {
  std::string problem;
  for (const std::string& path : paths) {
    const std::string_view emptiness = emptiness_of(recording_file(path));
    if (emptiness.empty()) return {};
    if (problem.empty()) problem = fmt::format("{}: {}", path, emptiness);
  }
  if (paths.size() > 1) problem += fmt::format("; there is nothing in the other {} either", paths.size() - 1);
  return paths.empty() ? Result<void>() : fail(ErrorCode::kBadInput, problem);
}

Result<RecordingReader> RecordingReader::open(const std::vector<std::string>& paths, std::optional<UnixNanos> from) {
  std::vector<RecordingInput> inputs;
  inputs.reserve(paths.size());
  for (const std::string& path : paths) {
    if (path != "-" && ::access(path.c_str(), R_OK) != 0) {
      return fail(ErrorCode::kUsage, fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
    }
    inputs.push_back(recording_file(path));
  }
  return RecordingReader(std::move(inputs), from);
}

RecordingReader::RecordingReader(std::vector<RecordingInput> inputs, std::optional<UnixNanos> from)
    : inputs_(std::move(inputs)), from_(from) {}

Result<std::optional<RecordedItem>> RecordingReader::next() {
  for (;;) {
    if (!current_) {
      if (position_ == inputs_.size()) return std::nullopt;
      if (const auto started = start_file(); !started) return std::unexpected(started.error());
      continue;
    }
    auto entry = take_due_entry();
    if (!entry) {
      ++current_->unexplained;
      return std::unexpected(std::move(entry.error()));
    }
    if (*entry) return RecordedItem(std::move(**entry));
    if (current_->log_ended) {
      if (const auto ended = end_file(); !ended) return std::unexpected(ended.error());
      continue;
    }
    RecordedLine line{};
    const auto taken = take_line(line);
    if (!taken) {
      ++current_->unexplained;
      return std::unexpected(taken.error());
    }
    // Made in its place: an item has room for any entry, and costs more to move than a line does to read.
    if (*taken) return Result<std::optional<RecordedItem>>(std::in_place, std::in_place, line);
  }
}

// Lines of one time may lie on both sides of a frame's begin, hence the last frame that begins before. An index that
// cannot be read is told of when the file is read by it, from its begin on.
RecordingReader::Start RecordingReader::start_of_input() const {
  if (!from_ || !input().index) return {};
  auto source = input().index();
  if (!source) return {};
  IndexReader entries(std::move(*source));
  Start start;
  for (;;) {
    const auto entry = entries.next();
    if (!entry) return {};
    if (!*entry) return start;
    const auto* frame = std::get_if<index::Frame>(&(*entry)->event);
    if (frame == nullptr) continue;
    if ((*entry)->ts >= *from_) return start;
    start = {frame->bytes, (*entry)->lines_before};
  }
}

Result<void> RecordingReader::start_file() {
  const Start start = start_of_input();
  auto log = input().log();
  if (log && start.bytes > 0) {
    if (const auto skipped = (*log)->skip(start.bytes); !skipped) log = std::unexpected(skipped.error());
  }
  if (log) {
    if (auto unpacked = unpack(std::move(*log)); unpacked) {
      log = std::move(*unpacked);
    } else {
      log = fail(unpacked.error().code, fmt::format("{}: {}", input().name, unpacked.error().message));
    }
  }
  if (!log) {
    ++cut_files_;
    ++bad_places_;
    ++position_;
    return std::unexpected(std::move(log.error()));
  }
  current_.emplace(Current{.log = LineReader(std::move(*log), kMaxLineBytes, start.lines_before),
                           .index = {},
                           .entry = {},
                           .lines_before = start.lines_before});
  if (!input().index) return {};
  auto index = input().index();
  if (!index) {
    ++bad_places_;
    return std::unexpected(std::move(index.error()));
  }
  current_->has_index = true;
  current_->index.emplace(std::move(*index));
  return {};
}

Result<std::optional<IndexEntry>> RecordingReader::take_due_entry() {
  Current& current = *current_;
  while (current.index) {
    if (!current.entry) {
      auto entry = current.index->next();
      if (!entry) {
        return fail(entry.error().code, fmt::format("{}: {}: skipped", input().index_name, entry.error().message));
      }
      if (!*entry) {
        current.index.reset();
        break;
      }
      if ((*entry)->lines_before < current.lines_before) continue;
      current.entry = std::move(*entry);
    }
    if (current.entry->lines_before > current.log.line_number()) break;
    IndexEntry entry = *std::exchange(current.entry, std::nullopt);
    if (is_durable_mark(entry)) bad_places_ += std::exchange(current.unexplained, 0);
    if (auto* connections = std::get_if<index::Connections>(&entry.event)) {
      start_connections(std::move(*connections), entry.lines_before);
      continue;
    }
    return entry;
  }
  return std::nullopt;
}

void RecordingReader::start_connections(index::Connections connections, std::uint64_t lines_before) {
  current_->run_end = lines_before + connections.runs.front().lines;
  current_->connections = std::move(connections);
  current_->run = 0;
}

index::ConnectionRun RecordingReader::run_of_line(std::uint64_t line_number) {
  Current& current = *current_;
  const auto& runs = current.connections.runs;
  while (current.run < runs.size() && current.run_end < line_number) {
    if (++current.run < runs.size()) current.run_end += runs[current.run].lines;
  }
  return current.run < runs.size() ? runs[current.run] : index::ConnectionRun{};
}

Result<bool> RecordingReader::take_line(RecordedLine& out) {
  LineReader& log = current_->log;
  const std::uint64_t lines_before = log.line_number();
  const auto line = log.next();
  if (line && !*line) {
    current_->log_ended = true;
    return false;
  }
  if (!line && log.line_number() == lines_before) {
    ++cut_files_;
    return fail(line.error().code,
                fmt::format("{}: {}: read up to line {}, leaving out {} bytes of a line without an end", input().name,
                            line.error().message, lines_before, log.unfinished_bytes()));
  }
  if (!line) {
    ++bad_lines_;
    return fail(line.error().code, fmt::format("{}:{}: {}", input().name, log.line_number(), line.error().message));
  }
  const auto [ts_recv, json, problem] = split(**line);
  if (!problem.empty()) {
    ++bad_lines_;
    return fail(ErrorCode::kBadInput, fmt::format("{}:{}: line {}: skipped; expected '<recv_ns> <json as received>'",
                                                  input().name, log.line_number(), problem));
  }
  ++lines_;
  const index::ConnectionRun run = run_of_line(log.line_number());
  out = {ts_recv, json, input().name, log.line_number(), run.connection, run.use};
  return true;
}

// What the index still holds belongs to lines that are not there.
Result<void> RecordingReader::end_file() {
  Current& current = *current_;
  std::uint64_t left_out = current.entry ? 1 : 0;
  bool is_lost = current.entry && is_durable_mark(*current.entry);
  while (current.index) {
    const auto entry = current.index->next();
    if (entry && !*entry) break;
    ++left_out;
    is_lost = is_lost || (entry && is_durable_mark(**entry));
  }
  if (is_lost || !current.has_index) bad_places_ += current.unexplained + (is_lost ? 1 : 0);
  const std::uint64_t lines = current.log.line_number();
  current_.reset();
  const RecordingInput& ended = inputs_[position_++];
  if (left_out == 0) return {};
  return fail(ErrorCode::kBadInput, fmt::format("{}: {} entries belong to lines after {}, where {} ends: left out",
                                                ended.index_name, left_out, lines, ended.name));
}

}  // namespace acts
