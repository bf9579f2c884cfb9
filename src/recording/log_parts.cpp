#include "recording/log_parts.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "recording/layout.hpp"

namespace acts {
namespace {

// Nothing: of all symbols. Empty: of none.
std::optional<std::string_view> owner_of(const IndexEvent& event) {
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

bool is_of_the_file(const IndexEvent& event) {
  return std::holds_alternative<index::Durable>(event) || std::holds_alternative<index::Frame>(event);
}

}  // namespace

Result<LogPart*> LogParts::on_line(const RecordedLine& line) {
  last_ts_ = std::max(last_ts_, line.ts_recv);
  const std::string_view symbol = answer_ ? std::string_view(answer_->symbol) : owner_->symbol_of(line.json);
  const auto part = part_of(symbol, line.ts_recv);
  if (!part) return std::unexpected(part.error());
  LogPart& to = *(*part)->to;
  if (answer_) {
    if (auto noted = to.note(line.ts_recv, *std::exchange(answer_, std::nullopt)); !noted) {
      return std::unexpected(std::move(noted.error()));
    }
  }
  if (auto taken = to.line(line); !taken) return std::unexpected(std::move(taken.error()));
  return &to;
}

Result<void> LogParts::on_entry(const IndexEntry& entry) {
  last_ts_ = std::max(last_ts_, entry.ts);
  if (const auto* answer = std::get_if<index::RestAnswer>(&entry.event)) {
    answer_ = *answer;
    return {};
  }
  if (is_of_the_file(entry.event)) return {};
  if (std::holds_alternative<index::Alive>(entry.event)) {
    alive_ = entry.ts;
    return {};
  }
  alive_.reset();
  learn(entry);
  const std::optional<std::string_view> symbol = owner_of(entry.event);
  if (!symbol) return note_all(entry);
  const auto part = part_of(*symbol, entry.ts);
  if (!part) return std::unexpected(part.error());
  (*part)->active = !std::holds_alternative<index::SymbolRemoved>(entry.event);
  return (*part)->to->note(entry.ts, entry.event);
}

void LogParts::on_skipped(const IndexEntry& entry) { learn(entry); }

void LogParts::learn(const IndexEntry& entry) {
  if (std::holds_alternative<index::RunStarted>(entry.event) ||
      std::holds_alternative<index::RunContinued>(entry.event)) {
    header_ = entry;
  }
  const auto* added = std::get_if<index::SymbolAdded>(&entry.event);
  if (added == nullptr) return;
  owner_->add_symbol(added->symbol);
  if (is_segment_name(added->symbol)) known_.insert(added->symbol);
}

Result<void> LogParts::note_all(const IndexEntry& entry) {
  if (const auto session = part_of("", entry.ts); !session) return std::unexpected(session.error());
  for (auto& [name, part] : parts_) {
    if (!part.active) continue;
    if (auto noted = part.to->note(entry.ts, entry.event); !noted) return noted;
  }
  return {};
}

// The session's, unless the run has named the symbol.
Result<LogParts::Part*> LogParts::part_of(std::string_view symbol, UnixNanos ts) {
  if (const auto found = parts_.find(symbol); found != parts_.end() && symbol != kSessionName) return &found->second;
  const auto known = known_.find(symbol);
  const std::string_view name = known == known_.end() ? kSessionName : std::string_view(*known);
  if (const auto found = parts_.find(name); found != parts_.end()) return &found->second;
  auto to = make_(std::string(name), ts);
  if (!to) return std::unexpected(std::move(to.error()));
  Part& made = parts_.emplace(name, Part{std::move(*to)}).first->second;
  // The entry that is being worked on may be the header itself.
  if (header_ && name != kSessionName) {
    if (auto noted = made.to->note(header_->ts, header_->event); !noted) return std::unexpected(noted.error());
  }
  return &made;
}

Result<void> LogParts::finish() {
  if (!alive_) return {};
  for (auto& [name, part] : parts_) {
    if (auto noted = part.to->note(*alive_, index::Alive{}); !noted) return noted;
  }
  return {};
}

}  // namespace acts
