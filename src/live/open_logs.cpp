#include "live/open_logs.hpp"

#include <cstdint>
#include <optional>

#include "recording/recording_file.hpp"
#include "recording/recording_reader.hpp"

namespace acts {
namespace {

constexpr std::uint64_t kItemsBetweenStops = 4096;

// Nobody's that is wanted.
class Unwanted final : public LogPart {
 public:
  Result<void> line(const RecordedLine& /*line*/) override { return {}; }
  Result<void> note(UnixNanos /*ts*/, const IndexEvent& /*event*/) override { return {}; }
};

class Replayed final : public LogPart {
 public:
  explicit Replayed(Replay& replay) : replay_(replay) {}
  Result<void> line(const RecordedLine& line) override { return replay_.take(line); }
  Result<void> note(UnixNanos ts, const IndexEvent& event) override { return replay_.take(IndexEntry{0, ts, event}); }

 private:
  Replay& replay_;
};

Result<std::uint64_t> feed(LogParts& parts, RecordingReader& reader, const std::function<bool()>& stop) {
  for (std::uint64_t items = 0;; ++items) {
    if (items % kItemsBetweenStops == 0 && stop()) return fail(ErrorCode::kCancelled, "there was no time to read it");
    const auto item = reader.next();
    if (!item && item.error().code != ErrorCode::kBadInput) return std::unexpected(item.error());
    if (!item) continue;  // sealing says what cannot be read
    if (!*item) break;
    Result<void> taken;
    if (const auto* line = std::get_if<RecordedLine>(&**item)) {
      if (const auto by = parts.on_line(*line); !by) taken = std::unexpected(by.error());
    } else {
      taken = parts.on_entry(std::get<IndexEntry>(**item));
    }
    if (!taken) return std::unexpected(std::move(taken.error()));
  }
  if (auto finished = parts.finish(); !finished) return std::unexpected(std::move(finished.error()));
  return reader.lines();
}

}  // namespace

Result<OpenLog> read_open_log(const RecordingFile& file, const std::function<bool()>& stop) {
  auto kept = kept_part(recording_file(file.path), stop);
  if (!kept) return std::unexpected(std::move(kept.error()));
  OpenLog log{.file = file, .kept = std::move(*kept), .beginnings = {}, .since = {}, .saved = {}};
  if (!log.kept.input.index) return log;
  auto source = log.kept.input.index();
  if (!source) return log;
  IndexReader entries(std::move(*source));
  for (auto entry = entries.next(); !entry || *entry; entry = entries.next()) {
    if (!entry && entry.error().code == ErrorCode::kStorage) return std::unexpected(std::move(entry.error()));
    if (!entry) continue;
    const IndexEvent& event = (*entry)->event;
    if (const auto* saved = std::get_if<index::BookSaved>(&event)) log.saved.emplace(saved->symbol, (*entry)->ts);
    const auto* added = std::get_if<index::SymbolAdded>(&event);
    if (added != nullptr) log.since.try_emplace(added->symbol, (*entry)->ts);
    if (added != nullptr || std::holds_alternative<index::RunStarted>(event) ||
        std::holds_alternative<index::RunContinued>(event)) {
      log.beginnings.push_back(std::move(**entry));
    }
  }
  return log;
}

Result<std::uint64_t> replay_parts(const OpenLog& log, std::optional<UnixNanos> from, std::unique_ptr<LineOwner> owner,
                                   const std::function<Replay*(const std::string& symbol)>& replay_of,
                                   const std::function<bool()>& stop) {
  LogParts parts(std::move(owner),
                 [&replay_of](const std::string& symbol, UnixNanos) -> Result<std::unique_ptr<LogPart>> {
                   if (Replay* const replay = replay_of(symbol)) return std::make_unique<Replayed>(*replay);
                   return std::make_unique<Unwanted>();
                 });
  // Frames are where the index says only if both are what was written.
  if (log.kept.is_damaged) from.reset();
  if (from) {
    for (const IndexEntry& entry : log.beginnings) parts.on_skipped(entry);
  }
  RecordingReader reader({log.kept.input}, from);
  return feed(parts, reader, stop);
}

}  // namespace acts
