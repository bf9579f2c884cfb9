#include "recording/sealer.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/durable_part.hpp"
#include "recording/layout.hpp"
#include "recording/recording_reader.hpp"
#include "recording/segment_writer.hpp"

namespace acts {
namespace {

// Markers that all segments are whole, and so is or is not what had been on the disk of the log.
constexpr std::string_view kComplete = "COMPLETE";
constexpr std::string_view kDamaged = "DAMAGED";
constexpr std::string_view kKept = "damaged, and kept in _damaged/";
constexpr std::uint64_t kLinesBetweenStops = 4096;

std::unexpected<Error> disk_error(const std::string& path, std::string_view what, int status) {
  return fail(ErrorCode::kStorage, fmt::format("{} {}: {}", path, what, std::strerror(-status)));
}

std::string log_name(const std::string& name) { return fmt::format("{}{}", name, kLogEnding); }

// kUsage: a process that was killed as it made the log has left it without an index.
bool is_cut(const Error& error) { return error.code == ErrorCode::kBadInput || error.code == ErrorCode::kUsage; }

}  // namespace

// One pass over a log.
class Sealer::Split {
 public:
  Split(Sealer& sealer, std::string name, std::string work, KeptPart part)
      : sealer_(sealer),
        name_(std::move(name)),
        work_(std::move(work)),
        part_(std::move(part)),
        context_(ZSTD_createCCtx(), &ZSTD_freeCCtx),
        parts_(sealer.make_owner_(),
               [this](const std::string& symbol, UnixNanos ts) { return make_segment(symbol, ts); }) {
    ACTS_ASSERT(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, sealer_.compression_level_);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  Result<SealReport> run(const std::function<bool()>& stop) {
    RecordingReader reader({part_.input});
    for (std::uint64_t steps = 0;; ++steps) {
      if (steps % kLinesBetweenStops == 0 && stop()) return fail(ErrorCode::kCancelled, "stopped while sealing");
      const auto item = reader.next();
      if (!item && !is_cut(item.error())) return std::unexpected(item.error());
      if (!item) {
        if (unmarked_errors_++ == 0) error_ = item.error().message;
        continue;
      }
      if (!*item) break;
      const auto* line = std::get_if<RecordedLine>(&**item);
      if (auto done = line != nullptr ? on_line(*line) : on_entry(std::get<IndexEntry>(**item)); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
    report_.lines = reader.lines();
    note_loss();
    if (auto ended = finish(); !ended) return std::unexpected(std::move(ended.error()));
    report_.segments = parts_.all().size();
    return report_;
  }

 private:
  class Segment final : public LogPart {
   public:
    explicit Segment(SegmentWriter the_writer) : writer(std::move(the_writer)) {}
    Result<void> line(const RecordedLine& line) override {
      writer.line(line.ts_recv, line.connection, line.use, line.json);
      return writer.held_text_bytes() >= kFrameBytes ? writer.flush() : Result<void>();
    }
    Result<void> note(UnixNanos ts, const IndexEvent& event) override { return writer.note(ts, event); }
    SegmentWriter writer;
  };
  static SegmentWriter& writer_of(const LogParts::Part& part) { return dynamic_cast<Segment&>(*part.to).writer; }

  // What cannot be read in front of a mark had been on the disk.
  void on_mark() {
    if (unmarked_errors_ == 0) return;
    if (marked_errors_ == 0) marked_error_ = std::move(error_);
    marked_errors_ += std::exchange(unmarked_errors_, 0);
  }

  void note_loss() {
    report_.damaged = part_.is_damaged || marked_errors_ > 0;
    report_.lost = std::move(part_.lost);
    if (report_.lost.empty() && unmarked_errors_ > 0) report_.lost = std::move(part_.if_cut);
    if (marked_errors_ > 0) {
      report_.lost = fmt::format("{} places that were on the disk cannot be read, the first: {}{}{}", marked_errors_,
                                 marked_error_, report_.lost.empty() ? "" : "; ", report_.lost);
    }
    if (report_.damaged) report_.lost = fmt::format("{}: {}", kKept, report_.lost);
  }

  Result<void> on_line(const RecordedLine& line) {
    if (const auto taken = parts_.on_line(line); !taken) return std::unexpected(taken.error());
    lines_text_ += line.json.size();
    if (lines_text_ < kFrameBytes) return {};
    lines_text_ = 0;
    while (held_bytes() > kMaxHeldBytes) {
      if (auto flushed = fullest().flush(); !flushed) return flushed;
    }
    return {};
  }

  [[nodiscard]] std::size_t held_bytes() const {
    std::size_t bytes = 0;
    for (const auto& [name, part] : parts_.all()) bytes += writer_of(part).held_bytes();
    return bytes;
  }

  SegmentWriter& fullest() {
    const auto by_size = [](const auto& a, const auto& b) {
      return writer_of(a.second).held_bytes() < writer_of(b.second).held_bytes();
    };
    return writer_of(std::ranges::max_element(parts_.all(), by_size)->second);
  }

  Result<void> on_entry(const IndexEntry& entry) {
    if (std::holds_alternative<index::Durable>(entry.event)) on_mark();
    return parts_.on_entry(entry);
  }

  Result<std::unique_ptr<LogPart>> make_segment(const std::string& symbol, UnixNanos ts) {
    auto path = free_path(segment_directory(symbol, ts), ts);
    if (!path) return std::unexpected(std::move(path.error()));
    return std::make_unique<Segment>(SegmentWriter(sealer_.ops_, *context_, std::move(*path)));
  }

  // A name that is free below _sealing/ and where the segment will lie.
  Result<std::string> free_path(const std::string& directory, UnixNanos first) {
    const std::string work = fmt::format("{}/{}", work_, directory);
    if (const int status = sealer_.ops_.make_directories(work); status < 0) {
      return disk_error(work, "cannot be made", status);
    }
    std::vector<std::string> taken;
    const std::string place = fmt::format("{}/{}", sealer_.directory_, directory);
    if (const int status = sealer_.ops_.list(place, taken); status < 0) {
      return disk_error(place, "cannot be read", status);
    }
    for (;; first = first + Nanos{1}) {
      const std::string name = fmt::format("{}{}", first.value, kLogEnding);
      if (!std::ranges::binary_search(taken, name)) return fmt::format("{}/{}", work, name);
    }
  }

  Result<void> finish() {
    if (auto noted = parts_.finish(); !noted) return noted;
    for (const auto& [name, part] : parts_.all()) {
      SegmentWriter& writer = writer_of(part);
      const std::string directory = writer.path().substr(0, writer.path().rfind('/'));
      if (auto ended = writer.finish(parts_.last_time(), {name_, 0, 0, report_.lost.substr(0, kMaxLostText)}); !ended) {
        return ended;
      }
      if (const int status = sealer_.ops_.sync_directory(directory); status < 0) {
        return disk_error(directory, "cannot be kept", status);
      }
    }
    return {};
  }

  static constexpr std::size_t kMaxLostText = 500;

  Sealer& sealer_;
  std::string name_;
  std::string work_;
  KeptPart part_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  LogParts parts_;
  std::size_t lines_text_ = 0;         // since what is held was summed up last
  std::uint64_t unmarked_errors_ = 0;  // behind the last mark
  std::string error_;                  // the first of them
  std::uint64_t marked_errors_ = 0;    // ... and in front of it
  std::string marked_error_;
  SealReport report_;
};

Sealer::Sealer(std::string directory, MakeOwner make_owner, FileOps& ops, Open open, int compression_level)
    : directory_(std::move(directory)),
      make_owner_(std::move(make_owner)),
      ops_(ops),
      open_(std::move(open)),
      compression_level_(compression_level) {}

std::string Sealer::work_directory(const std::string& name) const {
  return fmt::format("{}/_sealing/{}", directory_, name);
}

std::string Sealer::open_path(const std::string& file) const { return fmt::format("{}/_open/{}", directory_, file); }

bool Sealer::is_kept_damaged(const std::string& file) const {
  return ops_.exists(fmt::format("{}/_damaged/{}", directory_, file));
}

Result<std::vector<std::string>> Sealer::waiting() {
  auto listed = names_in(directory_ + "/_open");
  if (!listed) return listed;
  if (auto cleared = clear_indexes(*listed); !cleared) return std::unexpected(std::move(cleared.error()));
  std::vector<std::string> names = std::move(*listed);
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(kLogEnding); });
  for (std::string& name : names) name.resize(name.size() - kLogEnding.size());
  if (auto cleared = clear_done(names); !cleared) return std::unexpected(std::move(cleared.error()));
  // By the time in the name, which has as many digits in all of them.
  std::ranges::sort(names, {}, [](const std::string& name) { return name.substr(name.rfind('-') + 1); });
  return names;
}

// What is left of logs that are gone: all their segments are in place.
Result<void> Sealer::clear_done(const std::vector<std::string>& logs) {
  const auto names = names_in(directory_ + "/_sealing");
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (std::ranges::find(logs, name) != logs.end()) continue;
    if (auto removed = remove_tree(work_directory(name)); !removed) return removed;
  }
  return {};
}

// An attempt that failed has come behind the log's end: all segments are in place.
Result<SealReport> Sealer::clear_rest(const std::string& name, const std::string& work) {
  SealReport report;
  report.damaged = is_kept_damaged(log_name(name));
  if (report.damaged) report.lost = kKept;
  if (auto dropped = drop_log(name, report.damaged); !dropped) return std::unexpected(std::move(dropped.error()));
  if (auto removed = remove_tree(work); !removed) return std::unexpected(std::move(removed.error()));
  return report;
}

// Those that drop_log() has not come to before the process ended, or whose removal a power cut has taken back.
Result<void> Sealer::clear_indexes(const std::vector<std::string>& open) {
  for (const std::string& index : open) {
    if (!index.ends_with(kIndexEnding)) continue;
    const std::string log = log_name(index.substr(0, index.size() - kIndexEnding.size()));
    // A writer makes its log first: what is made since the listing has one.
    if (std::ranges::binary_search(open, log) || ops_.exists(open_path(log))) continue;
    if (auto dropped = drop_file(index, is_kept_damaged(log)); !dropped) return dropped;
  }
  return {};
}

Result<SealReport> Sealer::seal(const std::string& name, const std::function<bool()>& stop) {
  const auto open = names_in(directory_ + "/_open");
  if (!open) return std::unexpected(open.error());
  const std::string work = work_directory(name);
  if (!std::ranges::binary_search(*open, log_name(name)) && ops_.exists(work)) return clear_rest(name, work);
  const auto there = names_in(work);
  if (!there) return std::unexpected(there.error());
  SealReport report;
  report.damaged = std::ranges::binary_search(*there, kDamaged);
  if (report.damaged) report.lost = kKept;
  if (!report.damaged && !std::ranges::binary_search(*there, kComplete)) {
    auto split = take_apart(name, work, stop);
    if (!split) return split;
    report = *std::move(split);
    const std::string marker = fmt::format("{}/{}", work, report.damaged ? kDamaged : kComplete);
    // It is not there yet if there is no segment.
    if (const int status = ops_.make_directories(work); status < 0) return disk_error(work, "cannot be made", status);
    const int fd = ops_.create(marker);
    if (fd < 0) return disk_error(marker, "cannot be made", fd);
    if (const int status = ops_.close(fd); status < 0) return disk_error(marker, "cannot be made", status);
    if (const int status = ops_.sync_directory(work); status < 0) return disk_error(marker, "cannot be made", status);
  }
  if (auto placed = place(name, report); !placed) return std::unexpected(std::move(placed.error()));
  unreadable_.erase(name);
  return report;
}

Result<void> Sealer::keep(const std::string& name) {
  std::vector<std::string> paths{open_path(log_name(name))};
  const std::string index = index_path_for(paths.front());
  if (ops_.exists(index)) paths.push_back(index);
  std::string failed;
  if (const int status = ops_.sync_files(paths, failed); status < 0)
    return disk_error(failed, "cannot be kept", status);
  const std::string open = directory_ + "/_open";
  if (const int status = ops_.sync_directory(open); status < 0) return disk_error(open, "cannot be kept", status);
  return {};
}

RecordingInput Sealer::input_of(const std::string& name) const {
  const std::string log = open_path(log_name(name));
  const std::string index = index_path_for(log);
  return {log, [open = open_, log] { return open(log); }, index, [open = open_, index] { return open(index); }};
}

Result<SealReport> Sealer::take_apart(const std::string& name, const std::string& work,
                                      const std::function<bool()>& stop) {
  if (auto removed = remove_tree(work); !removed) return std::unexpected(std::move(removed.error()));
  auto part = kept_part(input_of(name), stop);
  if (!part) return std::unexpected(std::move(part.error()));
  int& attempts = unreadable_[name];
  attempts = part->is_unreadable ? attempts + 1 : 0;
  if (attempts > 0 && attempts < kReadAttempts) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", open_path(log_name(name)), part->lost));
  }
  return Split(*this, name, work, *std::move(part)).run(stop);
}

Result<void> Sealer::place(const std::string& name, SealReport& report) {
  const std::string work = work_directory(name);
  report.segments = 0;
  if (auto moved = move_all(work, report); !moved) return moved;
  if (auto dropped = drop_log(name, report.damaged); !dropped) return dropped;
  return remove_tree(work);
}

// Files go to the same place below the venue's directory; what is there already was moved before.
Result<void> Sealer::move_all(const std::string& work, SealReport& report) {
  const auto symbols = names_in(work);
  if (!symbols) return std::unexpected(symbols.error());
  for (const std::string& symbol : *symbols) {
    if (symbol == kComplete || symbol == kDamaged) continue;
    const auto days = names_in(fmt::format("{}/{}", work, symbol));
    if (!days) return std::unexpected(days.error());
    for (const std::string& day : *days) {
      const std::string below = fmt::format("{}/{}", symbol, day);
      if (auto moved = move_files(fmt::format("{}/{}", work, below), fmt::format("{}/{}", directory_, below), report);
          !moved) {
        return moved;
      }
    }
  }
  return {};
}

Result<void> Sealer::move_files(const std::string& from, const std::string& to, SealReport& report) {
  if (const int status = ops_.make_directories(to); status < 0) return disk_error(to, "cannot be made", status);
  const auto files = names_in(from);
  if (!files) return std::unexpected(files.error());
  // Indexes before their logs: "index" sorts before "jsonl".
  for (const std::string& file : *files) {
    const std::string target = fmt::format("{}/{}", to, file);
    if (const int status = ops_.rename(fmt::format("{}/{}", from, file), target); status < 0) {
      return disk_error(target, "cannot be put there", status);
    }
    if (file.ends_with(kLogEnding)) ++report.segments;
  }
  if (const int status = ops_.sync_directory(to); status < 0) return disk_error(to, "cannot be kept", status);
  return {};
}

Result<std::vector<std::string>> Sealer::names_in(const std::string& path) {
  std::vector<std::string> names;
  if (const int status = ops_.list(path, names); status < 0) return disk_error(path, "cannot be read", status);
  return names;
}

// The log first: an index alone is no log.
Result<void> Sealer::drop_log(const std::string& name, bool keep) {
  const std::string kept = fmt::format("{}/_damaged", directory_);
  if (keep) {
    if (const int status = ops_.make_directories(kept); status < 0) return disk_error(kept, "cannot be made", status);
  }
  for (const std::string_view ending : {kLogEnding, kIndexEnding}) {
    if (auto dropped = drop_file(fmt::format("{}{}", name, ending), keep); !dropped) return dropped;
  }
  const std::string open = directory_ + "/_open";
  if (const int status = ops_.sync_directory(open); status < 0) return disk_error(open, "cannot be kept", status);
  return {};
}

// Of _open: what is to be kept goes to _damaged.
Result<void> Sealer::drop_file(const std::string& name, bool keep) {
  const std::string path = open_path(name);
  const int status = keep ? ops_.rename(path, fmt::format("{}/_damaged/{}", directory_, name)) : ops_.remove(path);
  if (status < 0 && status != -ENOENT) return disk_error(path, "cannot be removed", status);
  return {};
}

Result<void> Sealer::remove_tree(const std::string& path) {
  std::vector<std::string> names;
  const int listed = ops_.list(path, names);
  if (listed == -ENOTDIR) names.clear();
  if (listed < 0 && listed != -ENOTDIR) return disk_error(path, "cannot be read", listed);
  for (const std::string& name : names) {
    if (auto removed = remove_tree(fmt::format("{}/{}", path, name)); !removed) return removed;
  }
  const int status = ops_.remove(path);
  if (status < 0 && status != -ENOENT) return disk_error(path, "cannot be removed", status);
  return {};
}

}  // namespace acts
