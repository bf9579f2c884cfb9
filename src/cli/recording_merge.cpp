#include "cli/recording_merge.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "acts/market/venue.hpp"

#include "cli/command.hpp"
#include "live/message_numbers.hpp"
#include "recording/merge.hpp"

namespace acts::cli {
namespace {

using Sides = std::array<std::vector<RecordingFile>, 2>;
using Symbols = std::map<std::pair<std::string, std::string>, Sides>;  // by venue and symbol

Result<void> add_side(Symbols& symbols, std::size_t side, const std::string& directory,
                      const std::function<bool(const RecordingFile&)>& is_wanted) {
  auto files = list_recordings(directory);
  if (!files) return std::unexpected(files.error());
  if (files->empty()) return fail(ErrorCode::kUsage, fmt::format("{}: there are no recordings in it", directory));
  std::size_t open = 0;
  for (RecordingFile& file : *files) {
    if (!is_wanted(file)) continue;
    if (file.symbol.empty()) {
      ++open;
      continue;
    }
    symbols[{file.venue, file.symbol}][side].push_back(std::move(file));
  }
  if (open > 0) {
    complain(fmt::format("{}: {} open logs are left out: they are sealed when their hour or their run ends", directory,
                         open),
             LogLevel::kWarn);
  }
  return {};
}

// By the update and trade ids of the venue; by nothing for a venue that is none of ours.
MessageNumber number_of(const std::string& venue) {
  const Result<Venue> known = parse_venue(venue);
  if (!known) return {};
  // std::function copies what it holds.
  return
      [numbers = std::make_shared<MessageNumbers>(*known)](std::string_view json) { return numbers->number_of(json); };
}

int check_out(const std::string& out) {
  if (out.empty()) return complain({ErrorCode::kUsage, "recording merge: name a new data directory with --out"});
  const auto there = list_recordings(out);
  if (!there) return complain(there.error());
  if (there->empty()) return kExitDone;
  return complain(
      {ErrorCode::kUsage, fmt::format("{}: there are recordings in it already: name a new directory", out)});
}

}  // namespace

int merge_directories(const std::array<std::string, 2>& directories, const std::string& out,
                      const std::function<bool(const RecordingFile&)>& is_wanted) {
  if (const int code = check_out(out); code != kExitDone) return code;
  Symbols symbols;
  for (const std::size_t side : {0U, 1U}) {
    if (const auto added = add_side(symbols, side, directories[side], is_wanted); !added)
      return complain(added.error());
  }
  std::uint64_t problems = 0;
  for (const auto& [key, sides] : symbols) {
    const auto merged =
        merge_recordings(sides, out, [](const std::string& text) { complain(text); }, number_of(key.first));
    if (!merged) return complain(merged.error());
    problems += merged->problems;
    tell(fmt::format(
        "{} {}: {} messages in both, {} only in {}, {} only in {}; {} are here from {}, {} from {}, as the "
        "first that had them; {} moved to their place; {} segments\n",
        key.first, key.second, merged->both, merged->only[0], directories[0], merged->only[1], directories[1],
        merged->first[0], directories[0], merged->first[1], directories[1], merged->reordered, merged->segments));
  }
  return problems == 0 ? kExitDone : kExitBadInput;
}

}  // namespace acts::cli
