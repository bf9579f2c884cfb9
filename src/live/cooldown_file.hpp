// What a run leaves of a cooldown for the next one: a line of JSON in a file of its own,
// DATA_DIR/cooldowns/<venue>/<scope>-<status>-<told>-<until>.json
//   {"form":"acts cooldown 1","venue":"binance-spot","scope":"rest","status":418,"told":1767225650000000000,
//    "until":1767225770000000000}
// told, until: ns since 1970 UTC. Of a scope the latest is kept. Blocking.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/market/venue.hpp"

#include "collector/cooldown.hpp"
#include "recording/file_ops.hpp"

namespace acts {

std::string cooldown_text(Venue venue, const collector::Cooldown& cooldown);
// Errors: kBadInput, of one line, for anything that cooldown_text() does not make of this venue's.
Result<collector::Cooldown> parse_cooldown_text(std::string_view text, Venue venue);

// "DATA_DIR/cooldowns/<venue>"
std::string cooldown_directory(std::string_view data_dir, Venue venue);
// Once it is on the disk, those of its scope before it are removed. One that is there already is brought to the disk
// again. Errors: kStorage, naming the path.
Result<void> write_cooldown(FileOps& ops, std::string_view data_dir, Venue venue, const collector::Cooldown& cooldown);

struct EarlierCooldowns {
  std::vector<collector::Cooldown> cooldowns;
  std::vector<std::string> problems;  // of files that cannot be read: one line each, with path and remedy
};
inline constexpr std::size_t kMostCooldownFiles = 64;  // what lies there beyond is a problem
EarlierCooldowns read_cooldowns(std::string_view data_dir, Venue venue);
// For a run that begins with its clock `ahead` of the wall clock, and slower until that has caught up (ForwardTime):
// the wall clock may be the one that a cooldown was told by. Each ends so much later, but not after its whole length
// from `now` on.
void delay_by(Nanos ahead, UnixNanos now, std::vector<collector::Cooldown>& cooldowns);

}  // namespace acts
