// acts recording ls|cat|verify|merge|latency|prune: the recordings of a data directory.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/time.hpp"

#include "cli/command.hpp"
#include "cli/load_settings.hpp"
#include "cli/prune.hpp"
#include "cli/recording_latency.hpp"
#include "cli/recording_merge.hpp"
#include "cli/replay_run.hpp"
#include "cli/settings_options.hpp"
#include "cli/stored_symbol.hpp"
#include "cli/values.hpp"
#include "live/message_owner.hpp"
#include "recording/archive.hpp"
#include "recording/durable_part.hpp"
#include "recording/layout.hpp"
#include "recording/recording_file.hpp"
#include "recording/recording_reader.hpp"

namespace acts::cli {
namespace {

// Of what is pruned there is no choice: without these it would remove all that is old.
constexpr std::string_view kChoosing = "ls, cat, verify, merge, latency";
constexpr std::array<FlagUse, 8> kUses{{{"venue", kChoosing},
                                        {"symbol", kChoosing},
                                        {"from", kChoosing},
                                        {"to", kChoosing},
                                        {"out", "merge, latency"},
                                        {"keep_recordings", "prune"},
                                        {"keep_recordings_bytes", "prune"},
                                        {"dry_run", "prune"}}};

struct Settings {
  std::optional<Venue> venue;
  std::string symbol;
  std::optional<UnixNanos> from;
  std::optional<UnixNanos> to;
  std::vector<std::string> words;  // the action, then directories
  std::string out;
  RetentionOptions kept;

  [[nodiscard]] const std::string& data_dir() const { return kept.data_dir; }
  [[nodiscard]] bool chooses() const { return venue || !symbol.empty() || from || to; }
};

Result<void> set_wanted_venue(Settings& settings, const Values& values) {
  Venue venue = Venue::kBinanceSpot;
  if (Result<void> set = set_venue(venue, values); !set) return set;
  settings.venue = venue;
  return {};
}

const OptionSpec kActionSpec{.name = "action",
                             .placeholder = "ACTION",
                             .kind = OptionKind::kFiles,
                             .help = "ls, cat, verify, prune; merge DIR DIR of two collectors; latency of our requests",
                             .is_required = true};

std::span<const Option<Settings>> table() {
  static const std::array<Option<Settings>, 10> kOptions{{
      {data_dir_spec(), [](Settings&, const Values&) { return Result<void>(); }},
      {{.name = "venue",
        .placeholder = "",
        .kind = OptionKind::kChoice,
        .help = "only of this one",
        .choices = {"binance-spot", "binance-usdm"}},
       set_wanted_venue},
      {{.name = "symbol",
        .placeholder = "SYMBOL",
        .help = "only of this one, or of an asset's USDT pair; cat needs it"},
       [](Settings& s, const Values& v) { return s.symbol = v[0], Result<void>(); }},
      {{.name = "from", .placeholder = "TIME", .help = "only what was received then and later"},
       [](Settings& s, const Values& v) { return set_time(s.from, v); }},
      {{.name = "to", .placeholder = "TIME", .help = "only what was received before"},
       [](Settings& s, const Values& v) { return set_time(s.to, v); }},
      {{.name = "out",
        .placeholder = "PATH",
        .help = "merge: the data directory that the whole goes to; latency: the file"},
       [](Settings& s, const Values& v) { return s.out = v[0], Result<void>(); }},
      // These and the directory are read with acts.toml.
      {kKeepRecordingsSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kKeepRecordingsBytesSpec, [](Settings&, const Values&) { return Result<void>(); }},
      {kDryRunSpec, [](Settings& s, const Values& v) { return s.kept.dry_run = v[0] == "true", Result<void>(); }},
      {kActionSpec, [](Settings& s, const Values& v) { return s.words = v, Result<void>(); }},
  }};
  return kOptions;
}

// Whether anything in the file may be wanted. A log ends with its hour.
bool is_wanted(const Settings& settings, const RecordingFile& file) {
  if (settings.venue && to_string(*settings.venue) != file.venue) return false;
  if (!settings.symbol.empty() && !file.symbol.empty() && settings.symbol != file.symbol) return false;
  if (settings.to && file.first >= *settings.to) return false;
  return !settings.from || floor_to(file.first, kLogSpan) + kLogSpan > *settings.from;
}

// The messages of one symbol out of one file, each once and where it was received.
class Cat {
 public:
  Cat(const Settings& settings, Output& out) : settings_(settings), out_(out) {}

  // False: the reader has gone. Of an open log what is on the disk for sure: its writer may be at work behind that.
  // Errors: kUsage, if the file is gone.
  Result<bool> print(const RecordingFile& file) {
    const auto venue = parse_venue(file.venue);
    if (!venue) return std::unexpected(venue.error());
    MessageOwner owner(*venue);
    owner.add_symbol(settings_.symbol);
    auto reader = open(file);
    if (!reader) return std::unexpected(reader.error());
    const Result<bool> printed = print_lines(file, *reader, owner);
    for (const std::string& problem : at_its_end_) {
      if (reader->bad_places() > 0) note_unsound(problem);
    }
    at_its_end_.clear();
    return printed;
  }

  // False: something could not be read, and was told.
  [[nodiscard]] bool is_sound() const { return is_sound_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  Result<RecordingReader> open(const RecordingFile& file) {
    if (!file.symbol.empty()) return RecordingReader::open({file.path}, settings_.from);
    const RecordingInput log = recording_file(file.path);
    const auto part = durable_part(log);
    if (!part) return std::unexpected(part.error());
    const bool has_no_mark = part->log_bytes == 0 && part->all_bytes > 0;
    std::string problem;
    if (part->is_damaged()) problem = cut_text(*part);
    if (!part->is_damaged() && has_no_mark && misses_index(log)) problem = kMissesIndex;
    if (!problem.empty()) note_unsound(fmt::format("{}: {}", file.path, problem));
    std::vector<RecordingInput> inputs;
    if (part->is_cut || (has_no_mark && !problem.empty() && !part->is_damaged())) {
      inputs.push_back(log);
    } else if (part->log_bytes > 0) {
      inputs.push_back(only(log, *part));
    }
    return RecordingReader(std::move(inputs));
  }

  void note_unsound(const std::string& problem) {
    complain(problem, LogLevel::kWarn);
    is_sound_ = false;
  }

  Result<bool> print_lines(const RecordingFile& file, RecordingReader& reader, MessageOwner& owner) {
    std::optional<std::string> asked_for;  // the next line is an answer, about this symbol
    for (;;) {
      const auto item = reader.next();
      if (!item) {
        if (item.error().code != ErrorCode::kBadInput) return std::unexpected(item.error());
        // An open log has no end yet.
        if (!file.symbol.empty()) {
          note_unsound(item.error().message);
        } else if (at_its_end_.size() < RecordingCheck::kMaxProblems) {
          at_its_end_.push_back(item.error().message);
        }
        continue;
      }
      if (!*item) return true;
      if (const auto* entry = std::get_if<IndexEntry>(&**item)) {
        if (const auto* answer = std::get_if<index::RestAnswer>(&entry->event)) asked_for = answer->symbol;
        // What follows in a segment is not older than the frame that it is in.
        const bool is_frame = std::holds_alternative<index::Frame>(entry->event);
        if (is_frame && settings_.to && entry->ts >= *settings_.to) return true;
        continue;
      }
      const auto& line = std::get<RecordedLine>(**item);
      const bool is_ours = !file.symbol.empty() || (asked_for ? *asked_for : owner.symbol_of(line.json)) == symbol_;
      asked_for.reset();
      if (!is_ours || line.use == LineUse::kRepeated || !is_within(line.ts_recv)) continue;
      ++lines_;
      if (!out_.write(fmt::format("{} {}\n", line.ts_recv.value, line.json))) return false;
    }
  }

  [[nodiscard]] bool is_within(UnixNanos ts) const {
    return (!settings_.from || ts >= *settings_.from) && (!settings_.to || ts < *settings_.to);
  }

  const Settings& settings_;
  Output& out_;
  std::string symbol_ = settings_.symbol == kSessionName ? std::string() : settings_.symbol;
  bool is_sound_ = true;
  std::uint64_t lines_ = 0;
  std::vector<std::string> at_its_end_;  // of an open log: problems that its being open may explain
};

using List = Result<std::vector<RecordingFile>>(const std::string& data_dir);

Result<std::vector<RecordingFile>> wanted_files(const Settings& settings, List& list = list_recordings) {
  auto files = list(settings.data_dir());
  if (files) std::erase_if(*files, [&](const RecordingFile& file) { return !is_wanted(settings, file); });
  return files;
}

Error nothing_recorded(const Settings& settings) {
  return {ErrorCode::kUsage,
          fmt::format("nothing of {} is recorded in {} for these times: 'acts recording ls' shows what there is",
                      settings.symbol.empty() ? "this" : settings.symbol, settings.data_dir())};
}

void list(const std::vector<RecordingFile>& files, std::string_view state, Output& out) {
  for (const RecordingFile& file : files) {
    const std::string_view its = !state.empty() ? state : file.symbol.empty() ? "open" : "sealed";
    out.write(fmt::format("{},{},{},{},{},{}\n", file.venue, file.symbol, to_iso8601(file.first), its, file.bytes,
                          file.path));
  }
}

int list(const Settings& settings, std::vector<RecordingFile> files, Output& out) {
  const auto damaged = wanted_files(settings, list_damaged);
  if (!damaged) return complain(damaged.error());
  if (files.empty() && damaged->empty() && !settings.symbol.empty()) return complain(nothing_recorded(settings));
  leave_out_doubled(files);
  out.write("venue,symbol,first,state,bytes,file\n");
  list(files, "", out);
  list(*damaged, "damaged", out);
  return kExitDone;
}

// Files that are printed, and how often the folders were looked into.
struct Printed {
  std::set<std::string> paths;
  std::vector<RecordingFile> logs;  // of them: what is made of these later is not printed again
  int looks = 1;
  static constexpr int kMostLooks = 5;
};

// What is not printed yet. A log that is sealed at this moment is found again in its segments.
Result<void> print_all(const Settings& settings, std::vector<RecordingFile> files, Cat& cat, Printed& done) {
  std::ranges::copy(done.logs, std::back_inserter(files));
  order_by_time(files);
  for (const RecordingFile& file : files) {
    if (done.paths.contains(file.path)) continue;
    const Result<bool> printed = cat.print(file);
    const bool is_gone = !printed && printed.error().code == ErrorCode::kUsage && file.symbol.empty();
    if (is_gone && ++done.looks <= Printed::kMostLooks) {
      auto again = wanted_files(settings);
      if (!again) return std::unexpected(again.error());
      return print_all(settings, std::move(*again), cat, done);
    }
    if (!printed) return std::unexpected(printed.error());
    if (!*printed) return {};
    done.paths.insert(file.path);
    if (file.symbol.empty()) done.logs.push_back(file);
  }
  return {};
}

// What has been verified, each file once, and how often the folders were looked into.
struct Verified {
  std::set<std::string> paths;
  std::uint64_t lines = 0;
  std::size_t unsound = 0;
  int looks = 1;
};

// What is not verified yet. A log that is sealed meanwhile is found again in its segments.
Result<void> verify_all(const Settings& settings, std::vector<RecordingFile> files, Verified& done) {
  leave_out_doubled(files);
  for (const RecordingFile& file : files) {
    if (!done.paths.insert(file.path).second) continue;
    const RecordingCheck check = check_recording(file);
    if (file.symbol.empty() && !std::filesystem::exists(file.path) && ++done.looks <= Printed::kMostLooks) {
      done.paths.erase(file.path);
      auto again = wanted_files(settings);
      if (!again) return std::unexpected(again.error());
      return verify_all(settings, std::move(*again), done);
    }
    done.lines += check.lines;
    done.unsound += check.problems.empty() ? 0U : 1U;
    for (const std::string& problem : check.problems) complain(problem);
  }
  return {};
}

// Logs that are kept in _damaged/, and segments that are not beside their indexes: now as when `missing` was listed.
Result<void> verify_absent(const Settings& settings, const std::vector<RecordingFile>& missing, Verified& done) {
  const auto damaged = wanted_files(settings, list_damaged);
  if (!damaged) return std::unexpected(damaged.error());
  for (const RecordingFile& file : *damaged) {
    complain(
        fmt::format("{}: lost what had been on the disk: its segments have what reads of it, and tell what does "
                    "not; remove it once it is of no more use",
                    file.path));
    done.paths.insert(file.path);
    ++done.unsound;
  }
  const auto still = wanted_files(settings, list_missing);
  if (!still) return std::unexpected(still.error());
  for (const RecordingFile& file : missing) {
    if (std::ranges::find(*still, file.path, &RecordingFile::path) == still->end()) continue;
    complain(
        fmt::format("{}: is not there, though its index is: it was removed, or acts recording prune was cut off "
                    "there",
                    file.path));
    done.paths.insert(file.path);
    ++done.unsound;
  }
  return {};
}

int verify(const Settings& settings, std::vector<RecordingFile> files, Output& out) {
  const auto missing = wanted_files(settings, list_missing);
  if (!missing) return complain(missing.error());
  Verified done;
  Result<void> verified = verify_all(settings, std::move(files), done);
  if (verified) verified = verify_absent(settings, *missing, done);
  if (!verified) return complain(verified.error());
  if (done.paths.empty() && settings.chooses()) return complain(nothing_recorded(settings));
  out.write(
      fmt::format("{} files, {} lines, {} of the files not sound\n", done.paths.size(), done.lines, done.unsound));
  return done.unsound == 0 ? kExitDone : kExitBadInput;
}

constexpr int kNothingPrinted = -1;  // of cat(): no exit code

int cat(const Settings& settings, std::vector<RecordingFile> files, Output& out) {
  if (settings.symbol.empty()) {
    return complain({ErrorCode::kUsage, "recording cat: name one symbol with --symbol, such as BTCUSDT"});
  }
  if (files.empty()) return complain(nothing_recorded(settings));
  if (files.front().venue != files.back().venue) {
    return complain(
        {ErrorCode::kUsage, fmt::format("{} is recorded of several venues: name one with --venue", settings.symbol)});
  }
  Cat cat(settings, out);
  Printed done;
  const Result<void> printed = print_all(settings, std::move(files), cat, done);
  if (!printed) return complain(printed.error());
  if (!cat.is_sound()) return kExitBadInput;
  return cat.lines() > 0 ? kExitDone : kNothingPrinted;
}

// An open log does not say what it holds: an asset may be of a pair that nothing but such logs has.
int cat_symbol(Settings settings, std::vector<RecordingFile> files, Output& out) {
  if (const int code = cat(settings, std::move(files), out); code != kNothingPrinted) return code;
  const Error nothing = nothing_recorded(settings);
  settings.symbol = usual_pair(settings.symbol);
  auto of_pair = wanted_files(settings);
  if (!of_pair) return complain(of_pair.error());
  const int code = of_pair->empty() ? kNothingPrinted : cat(settings, std::move(*of_pair), out);
  return code == kNothingPrinted ? complain(nothing) : code;
}

// As the venue spells it, and for an asset its pair, where that is recorded.
Result<void> read_symbol(Settings& settings, const std::vector<std::string>& directories) {
  if (settings.symbol.empty() || settings.symbol == kSessionName) return {};
  const auto named = parse_stored_symbol(settings.symbol, settings.venue);
  if (!named) return std::unexpected(named.error());
  settings.venue = named->venue;
  settings.symbol = named->text;
  for (const std::string& directory : directories) {
    for (const Venue venue : {Venue::kBinanceSpot, Venue::kBinanceUsdm}) {
      if (named->venue && named->venue != venue) continue;
      const std::string recorded = recorded_symbol(directory, venue, named->text);
      if (recorded != named->text) settings.symbol = recorded;
    }
  }
  return {};
}

int latency(const Settings& settings, const std::vector<RecordingFile>& files) {
  if (!settings.symbol.empty()) {
    return complain({ErrorCode::kUsage, "recording latency: it is the venue's, not one symbol's: take --symbol out"});
  }
  if (!files.empty() && files.front().venue != files.back().venue) {
    return complain({ErrorCode::kUsage, "recording latency: several venues are recorded: name one with --venue"});
  }
  const auto list = [&settings] {
    auto listed = wanted_files(settings);
    if (listed) order_by_time(*listed);
    return listed;
  };
  return measure_latency(
      {.list = list, .from = settings.from, .to = settings.to, .data_dir = settings.data_dir(), .out = settings.out});
}

Result<void> check_words(const std::vector<std::string>& words) {
  static constexpr std::array<std::string_view, 6> kActions{"ls", "cat", "verify", "merge", "latency", "prune"};
  if (std::ranges::find(kActions, words[0]) == kActions.end()) {
    return fail(ErrorCode::kUsage,
                fmt::format("no action '{}' of recording: {}", words[0], name_advice(words[0], kActions)));
  }
  const bool merges = words[0] == "merge";
  if (words.size() == (merges ? 3U : 1U)) return {};
  return fail(ErrorCode::kUsage, merges ? "recording merge: name two data directories"
                                        : fmt::format("recording {} takes no files", words[0]));
}

int run(const Given& given) {
  Settings settings;
  const auto archive = archive_settings_of(given);
  if (!archive) return complain(archive.error());
  settings.kept.data_dir = archive->data_dir;
  settings.kept.recordings = archive->keep_recordings;
  if (const Result<void> set = set_given(table(), settings, given); !set) return complain(set.error());
  const std::string& action = settings.words[0];
  if (const Result<void> checked = check_words(settings.words); !checked) return complain(checked.error());
  if (const Result<void> used = check_uses(kUses, given, action); !used) return complain(used.error());
  if (const Result<void> checked = check_period(settings.from, settings.to); !checked) return complain(checked.error());
  std::vector<std::string> directories{settings.words.begin() + 1, settings.words.end()};
  if (directories.empty()) directories.push_back(settings.data_dir());
  if (const Result<void> read = read_symbol(settings, directories); !read) return complain(read.error());
  if (action == "merge") {
    const auto is_merged = [&](const RecordingFile& file) { return is_wanted(settings, file); };
    return merge_directories({settings.words[1], settings.words[2]}, settings.out, is_merged);
  }
  if (std::error_code unknown; !std::filesystem::is_directory(settings.data_dir(), unknown)) {
    return complain({ErrorCode::kUsage, fmt::format("{}: is no directory: name that of the recordings with --data-dir",
                                                    settings.data_dir())});
  }
  if (action == "prune") return prune(settings.kept);
  auto files = wanted_files(settings);
  if (!files) return complain(files.error());
  if (action == "latency") return latency(settings, *files);
  Output out;
  if (action == "ls") return out.finish(list(settings, std::move(*files), out));
  return out.finish(action == "cat" ? cat_symbol(settings, std::move(*files), out)
                                    : verify(settings, std::move(*files), out));
}

}  // namespace

Command recording_command() {
  std::vector<OptionSpec> flags = specs_of(table());
  flags.pop_back();  // the action has no flag
  return {.name = "recording",
          .summary = "Recordings: what there is, its messages, whether it is sound; merge, latency, prune",
          .options = std::move(flags),
          .positional = kActionSpec,
          .examples =
              "  acts recording ls --data-dir /var/lib/acts\n"
              "  acts recording cat --symbol BTCUSDT --from 2026-01-01T10:00 --to 2026-01-01T10:05\n"
              "  acts recording latency --venue binance-usdm --from 2026-01-01 --out latencies.csv",
          .run = run,
          .reads_config = true};
}

}  // namespace acts::cli
