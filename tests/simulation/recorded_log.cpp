#include "simulation/recorded_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/layout.hpp"

namespace acts::sim {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15U + (seed << 6U) + (seed >> 2U));
}

// Entries that a writer or a sealer makes by itself, or says again in a new file, or leaves out.
bool is_own(const IndexEvent& event) {
  return std::holds_alternative<index::Durable>(event) || std::holds_alternative<index::Alive>(event) ||
         std::holds_alternative<index::Frame>(event) || std::holds_alternative<index::Sealed>(event) ||
         std::holds_alternative<index::RunContinued>(event);
}

}  // namespace

RecordedMark RecordedMark::of_line(UnixNanos ts, ConnectionId connection, LineUse use, std::string_view json) {
  // As it is written.
  std::string plain;
  if (json.contains('\n')) {
    plain = json;
    std::ranges::replace(plain, '\n', ' ');
    json = plain;
  }
  const std::size_t how = connection * 4 + static_cast<std::size_t>(use);
  return {mix(std::hash<std::string_view>{}(json), how), ts, true};
}

RecordedMark RecordedMark::of_entry(UnixNanos ts, const IndexEvent& event) {
  std::string text;
  ACTS_ASSERT(append_index_line(text, {0, ts, event}));
  return {std::hash<std::string_view>{}(text), ts, false};
}

RecordingReader RecordedLogs::reader_of(const std::vector<std::string>& log_paths) const {
  std::vector<RecordingInput> inputs;
  for (const std::string& path : log_paths) {
    const std::string index = index_path_for(path);
    inputs.push_back(
        {path, [this, path] { return disk_.open(path); }, index, [this, index] { return disk_.open(index); }});
  }
  return RecordingReader(std::move(inputs));
}

RecordedLogs::Left RecordedLogs::left_of(const std::string& name, const std::vector<RecordedMark>& items,
                                         UnixNanos now) {
  RecordingReader reader = reader_of({fmt::format("{}/_open/{}{}", directory_, name, kLogEnding)});
  std::size_t next = 0;
  bool is_announced = false;  // an answer, whose line is to follow: without it there is nothing to seal
  std::pair<std::size_t, bool> at_mark;
  std::string wrong;
  for (auto item = reader.next(); !item || *item; item = reader.next()) {
    if (!item) {
      if (wrong.empty()) wrong = item.error().message;
      continue;
    }
    const auto* entry = std::get_if<IndexEntry>(&**item);
    if (entry != nullptr && std::holds_alternative<index::Durable>(entry->event)) {
      if (!wrong.empty()) find_(now, fmt::format("before a durable mark: {}", wrong));
      at_mark = {next, is_announced};
    }
    if (entry != nullptr && is_own(entry->event)) continue;
    const auto* line = std::get_if<RecordedLine>(&**item);
    const RecordedMark mark = line != nullptr
                                  ? RecordedMark::of_line(line->ts_recv, line->connection, line->use, line->json)
                                  : RecordedMark::of_entry(entry->ts, entry->event);
    const bool is_answer = entry != nullptr && std::holds_alternative<index::RestAnswer>(entry->event);
    is_announced = false;
    if (next < items.size() && items[next] == mark) {
      ++next;
      is_announced = is_answer;
    } else if (is_answer && next == items.size()) {
      continue;
    } else if (const bool is_said_again =
                   next == 0 && entry != nullptr && std::holds_alternative<index::SymbolAdded>(entry->event);
               !is_said_again && wrong.empty()) {
      wrong = fmt::format("{} {} of {} is not what was handed over", entry == nullptr ? "line" : "entry", next,
                          items.size());
    }
  }
  const auto [left, lacks_line] = wrong.empty() ? std::pair(next, is_announced) : at_mark;
  return {.items = left - static_cast<std::size_t>(lacks_line), .lacks_line = lacks_line, .is_torn = !wrong.empty()};
}

void RecordedLogs::add(std::string name, std::vector<RecordedMark> items, std::size_t synced, End end) {
  std::vector<std::uint8_t> seen(items.size());
  logs_.push_back({std::move(name), std::move(items), synced, end, std::move(seen)});
}

void RecordedLogs::on_unsynced_lost(std::string_view name, UnixNanos now) {
  const auto log = std::ranges::find(logs_, name, &Log::name);
  ACTS_ASSERT(log != logs_.end());
  const Left left = left_of(log->name, log->items, now);
  if (left.items + static_cast<std::size_t>(left.lacks_line) < log->synced)
    find_(now, fmt::format("{}: {} of {} synced items are left", name, left.items, log->synced));
  if (left.items < log->items.size()) log->end = left.is_torn ? End::kCut : End::kLeft;
  log->items.resize(left.items);
  log->seen.resize(left.items);
}

void RecordedLogs::add_unknown(const std::string& name) {
  if (!has(name)) add(name, {}, 0, End::kLeft);
}

const RecordedLogs::Log* RecordedLogs::log_of(std::string_view name) const {
  const auto found = std::ranges::find(logs_, name, &Log::name);
  return found == logs_.end() ? nullptr : &*found;
}

void RecordedLogs::on_sealed(std::string_view name, const std::string& lost, bool damaged, UnixNanos now) {
  const Log* const log = log_of(name);
  if (log == nullptr) return find_(now, fmt::format("{}: sealed, and never written", name));
  if (damaged) find_(now, fmt::format("{}: taken for damaged: {}", name, lost));
  if (log->end == End::kClosed && !lost.empty())
    find_(now, fmt::format("{}: closed in order, and cut: {}", name, lost));
  cut_logs_ += static_cast<std::uint64_t>(log->end == End::kCut);
}

// By their names, which are times of as many digits.
std::vector<std::string> RecordedLogs::segments_of(std::string_view symbol) const {
  std::vector<std::string> paths;
  for (const std::string& day : disk_.names_in(fmt::format("{}/{}", directory_, symbol))) {
    const std::string place = fmt::format("{}/{}/{}", directory_, symbol, day);
    for (const std::string& name : disk_.names_in(place)) {
      if (name.ends_with(kLogEnding)) paths.push_back(fmt::format("{}/{}", place, name));
    }
  }
  return paths;
}

void RecordedLogs::check_segments(UnixNanos now) {
  for (const char* const left : {"_open", "_sealing", "_damaged"}) {
    for (const std::string& name : disk_.names_in(fmt::format("{}/{}", directory_, left))) {
      find_(now, fmt::format("{}/{} is left", left, name));
    }
  }
  for (const std::string& symbol : disk_.names_in(directory_)) {
    if (symbol.starts_with('_') && symbol != kSessionName) continue;
    for (const std::string& path : segments_of(symbol)) check_segment(path, now);
  }
  for (const Log& log : logs_) check_log(log, now);
}

void RecordedLogs::check_segment(const std::string& path, UnixNanos now) {
  RecordingReader reader = reader_of({path});
  std::vector<RecordedMark> found;
  index::Sealed sealed;
  for (auto item = reader.next(); !item || *item; item = reader.next()) {
    if (!item) {
      find_(now, fmt::format("{}: {}", path, item.error().message));
    } else if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      found.push_back(RecordedMark::of_line(line->ts_recv, line->connection, line->use, line->json));
    } else if (const auto& entry = std::get<IndexEntry>(**item);
               const auto* end = std::get_if<index::Sealed>(&entry.event)) {
      sealed = *end;
    } else if (!is_own(entry.event)) {
      found.push_back(RecordedMark::of_entry(entry.ts, entry.event));
    }
  }
  lines_ += reader.lines();
  const auto log = std::ranges::find(logs_, sealed.log, &Log::name);
  if (log == logs_.end()) return find_(now, fmt::format("{}: is of no log that was written: '{}'", path, sealed.log));
  if (log->end == End::kCut && sealed.lost.empty())
    find_(now, fmt::format("{}: does not say that its log was cut", path));
  match(*log, path, found, now);
}

// A segment's items are some of its log's, in their order. Only the head of a later log says again what an earlier one
// has said.
void RecordedLogs::match(Log& log, const std::string& path, const std::vector<RecordedMark>& found, UnixNanos now) {
  std::size_t next = 0;
  bool head = true;
  for (const RecordedMark& one : found) {
    const auto at = std::find(log.items.begin() + static_cast<std::ptrdiff_t>(next), log.items.end(), one);
    if (at != log.items.end()) {
      next = static_cast<std::size_t>(at - log.items.begin());
      log.seen[next] = static_cast<std::uint8_t>(std::min(log.seen[next] + 1, 255));
      ++next;
      head = head && !one.is_line;
    } else if (one.is_line || !head) {
      return find_(now, fmt::format("{}: has a {} of {} that its log did not have there", path,
                                    one.is_line ? "line" : "entry", to_iso8601(one.ts)));
    }
  }
}

void RecordedLogs::check_log(const Log& log, UnixNanos now) {
  std::size_t missing = 0;
  std::size_t doubled = 0;
  for (std::size_t i = 0; i < log.items.size(); ++i) {
    missing += static_cast<std::size_t>(log.seen[i] == 0);
    doubled += static_cast<std::size_t>(log.items[i].is_line && log.seen[i] > 1);
  }
  if (missing > 0) find_(now, fmt::format("{}: {} of {} items are in no segment", log.name, missing, log.items.size()));
  if (doubled > 0) find_(now, fmt::format("{}: {} lines are in several segments", log.name, doubled));
}

}  // namespace acts::sim
