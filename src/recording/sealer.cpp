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
  // What is known to be lost of it, and to say if it does not read to a sound end.
  struct Known {
    std::string lost = {};
    bool is_damaged = false;
    std::string if_cut = {};
  };

  Split(Sealer& sealer, std::string name, std::string work, RecordingInput input, Known known)
      : sealer_(sealer),
        name_(std::move(name)),
        work_(std::move(work)),
        input_(std::move(input)),
        known_loss_(std::move(known)),
        owner_(sealer.make_owner_()),
        context_(ZSTD_createCCtx(), &ZSTD_freeCCtx) {
    ACTS_ASSERT(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, sealer_.compression_level_);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  Result<SealReport> run(const std::function<bool()>& stop) {
    RecordingReader reader({input_});
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
    report_.segments = segments_.size();
    return report_;
  }

 private:
  struct Segment {
    explicit Segment(SegmentWriter the_writer) : writer(std::move(the_writer)) {}
    SegmentWriter writer;
    bool active = true;  // what concerns all symbols concerns it
  };
  using Segments = std::map<std::string, Segment, std::less<>>;

  // What cannot be read in front of a mark had been on the disk.
  void on_mark() {
    if (unmarked_errors_ == 0) return;
    if (marked_errors_ == 0) marked_error_ = std::move(error_);
    marked_errors_ += std::exchange(unmarked_errors_, 0);
  }

  void note_loss() {
    report_.damaged = known_loss_.is_damaged || marked_errors_ > 0;
    report_.lost = std::move(known_loss_.lost);
    if (report_.lost.empty() && unmarked_errors_ > 0) report_.lost = std::move(known_loss_.if_cut);
    if (marked_errors_ > 0) {
      report_.lost = fmt::format("{} places that were on the disk cannot be read, the first: {}{}{}", marked_errors_,
                                 marked_error_, report_.lost.empty() ? "" : "; ", report_.lost);
    }
    if (report_.damaged) report_.lost = fmt::format("{}: {}", kKept, report_.lost);
  }

  Result<void> on_line(const RecordedLine& line) {
    last_ts_ = std::max(last_ts_, line.ts_recv);
    const std::string_view symbol = answer_ ? std::string_view(answer_->symbol) : owner_->symbol_of(line.json);
    auto segment = segment_of(symbol, line.ts_recv);
    if (!segment) return std::unexpected(std::move(segment.error()));
    SegmentWriter& writer = (*segment)->writer;
    if (answer_) {
      if (auto noted = writer.note(line.ts_recv, *std::exchange(answer_, std::nullopt)); !noted) return noted;
    }
    writer.line(line.ts_recv, line.connection, line.use, line.json);
    if (writer.held_text_bytes() >= kFrameBytes) return writer.flush();
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
    for (const auto& [name, segment] : segments_) bytes += segment.writer.held_bytes();
    return bytes;
  }

  SegmentWriter& fullest() {
    const auto by_size = [](const auto& a, const auto& b) {
      return a.second.writer.held_bytes() < b.second.writer.held_bytes();
    };
    return std::ranges::max_element(segments_, by_size)->second.writer;
  }

  Result<void> on_entry(const IndexEntry& entry) {
    last_ts_ = std::max(last_ts_, entry.ts);
    if (const auto* answer = std::get_if<index::RestAnswer>(&entry.event)) {
      answer_ = *answer;
      return {};
    }
    if (std::holds_alternative<index::Durable>(entry.event)) {
      on_mark();
      return {};
    }
    if (std::holds_alternative<index::Alive>(entry.event)) {
      alive_ = entry.ts;
      return {};
    }
    alive_.reset();
    if (std::holds_alternative<index::RunStarted>(entry.event) ||
        std::holds_alternative<index::RunContinued>(entry.event)) {
      header_ = entry;
    }
    if (const auto* added = std::get_if<index::SymbolAdded>(&entry.event)) {
      owner_->add_symbol(added->symbol);
      if (is_segment_name(added->symbol)) known_.insert(added->symbol);
    }
    const std::optional<std::string_view> symbol = symbol_of(entry.event);
    if (!symbol) return note_all(entry);
    auto segment = segment_of(*symbol, entry.ts);
    if (!segment) return std::unexpected(std::move(segment.error()));
    (*segment)->active = !std::holds_alternative<index::SymbolRemoved>(entry.event);
    return (*segment)->writer.note(entry.ts, entry.event);
  }

  // Nothing: of all symbols. Empty: of none.
  static std::optional<std::string_view> symbol_of(const IndexEvent& event) {
    return std::visit(
        []<typename Event>(const Event& e) -> std::optional<std::string_view> {
          if constexpr (std::is_same_v<Event, index::ConnectionOpened> ||
                        std::is_same_v<Event, index::ConnectionClosed>) {
            return "";
          } else if constexpr (std::is_same_v<Event, index::Timer> || std::is_same_v<Event, index::Gap>) {
            return e.symbol.empty() ? std::nullopt : std::optional<std::string_view>(e.symbol);
          } else if constexpr (requires { e.symbol; }) {
            return e.symbol;
          } else {
            return std::nullopt;
          }
        },
        event);
  }

  Result<void> note_all(const IndexEntry& entry) {
    if (auto session = segment_of("", entry.ts); !session) return std::unexpected(std::move(session.error()));
    for (auto& [name, segment] : segments_) {
      if (!segment.active) continue;
      if (auto noted = segment.writer.note(entry.ts, entry.event); !noted) return noted;
    }
    return {};
  }

  // The session's, unless the run has named the symbol.
  Result<Segment*> segment_of(std::string_view symbol, UnixNanos ts) {
    const auto known = known_.find(symbol);
    const std::string name(known == known_.end() ? kSessionName : std::string_view(*known));
    if (const auto found = segments_.find(name); found != segments_.end()) return &found->second;
    auto path = free_path(segment_directory(name, ts), ts);
    if (!path) return std::unexpected(std::move(path.error()));
    Segment& made = segments_.emplace(name, SegmentWriter(sealer_.ops_, *context_, std::move(*path))).first->second;
    // The entry that is being worked on may be the header itself.
    if (header_ && name != kSessionName) {
      if (auto noted = made.writer.note(header_->ts, header_->event); !noted) {
        return std::unexpected(std::move(noted.error()));
      }
    }
    return &made;
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
    for (auto& [name, segment] : segments_) {
      SegmentWriter& writer = segment.writer;
      if (alive_) {
        if (auto noted = writer.note(*alive_, index::Alive{}); !noted) return noted;
      }
      const std::string directory = writer.path().substr(0, writer.path().rfind('/'));
      if (auto ended = writer.finish(last_ts_, {name_, 0, 0, report_.lost.substr(0, kMaxLostText)}); !ended) {
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
  RecordingInput input_;
  Known known_loss_;
  std::unique_ptr<LineOwner> owner_;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  Segments segments_;
  std::set<std::string, std::less<>> known_;
  std::optional<IndexEntry> header_;
  std::optional<index::RestAnswer> answer_;  // what the next line is
  std::optional<UnixNanos> alive_;           // the last sign of life, if it is the last entry
  UnixNanos last_ts_;
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
  return report;
}

RecordingInput Sealer::input_of(const std::string& name) const {
  const std::string log = open_path(log_name(name));
  const std::string index = index_path_for(log);
  return {log, [open = open_, log] { return open(log); }, index, [open = open_, index] { return open(index); }};
}

Result<SealReport> Sealer::take_apart(const std::string& name, const std::string& work,
                                      const std::function<bool()>& stop) {
  if (auto removed = remove_tree(work); !removed) return std::unexpected(std::move(removed.error()));
  const RecordingInput input = input_of(name);
  const auto part = durable_part(input);
  if (!part) return std::unexpected(part.error());
  const auto split = [&](const RecordingInput& log, Split::Known known) {
    return Split(*this, name, work, log, std::move(known)).run(stop);
  };
  const std::string cut = cut_text(*part);
  if (part->is_damaged()) return split(part->is_cut ? input : only(input, *part), {.lost = cut, .is_damaged = true});
  if (!part->is_all && misses_index(input))
    return split(input, {.lost = fmt::format("{}: what reads is kept", kMissesIndex), .is_damaged = true});
  auto report = split(input, {.if_cut = cut});
  if (!report || report->lost.empty() || part->is_all) return report;
  if (auto removed = remove_tree(work); !removed) return std::unexpected(std::move(removed.error()));
  return split(only(input, *part), {.lost = cut});
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
