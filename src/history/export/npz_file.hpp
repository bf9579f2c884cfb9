// Events as hftbacktest's .npz file: a zip whose one member, data.npy, is the array. Through three readings of their
// source, so that what is in memory is a window: what they are like, how many there will be, themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/export/hft_event.hpp"
#include "recording/file_ops.hpp"

namespace acts::history {

struct NpzFacts {
  std::uint64_t events = 0;         // of the source
  std::uint64_t rows = 0;           // of the file
  std::uint64_t only_exchange = 0;  // of them, for one clock alone: those events stand twice
  std::uint64_t only_local = 0;
  Nanos shift{};  // that was added to all local times
  // On how few that rests (TimeSurvey): messages that were received much earlier than the others, before they were
  // made.
  std::uint64_t messages = 0;
  std::uint64_t early_messages = 0;  // of them
  Nanos early_by{};                  // what is needed for them, without a latency,
  Nanos others_by{};                 // and for all others; both the same if there are none
};

// Opens the same events anew each time.
using OpenEvents = std::function<Result<std::unique_ptr<HftSource>>()>;

// `latency`: see HftMeasure::shift(). The same events give the same bytes. Errors: the source's; kBadInput: there is no
// event, or they are out of order beyond measure (HftOrder); kStorage.
Result<NpzFacts> write_npz(FileOps& ops, const OpenEvents& open, Nanos latency, const std::string& output);

}  // namespace acts::history
