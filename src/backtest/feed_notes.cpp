#include "backtest/feed_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "history/export/time_survey.hpp"

namespace acts::backtest {
namespace {

// One machine's instruments need about the same.
constexpr Nanos kMuchShift = std::chrono::seconds{1};

std::string early_note(const FeedFacts& facts, std::string_view name) {
  const std::string which = fmt::format("{}: {} of {} messages", name, facts.early_messages, facts.messages);
  if (facts.early_are_mended) {
    return fmt::format(
        "{} were received up to {} before the venue made them, and all others by no more than {}: those few count as "
        "received when they were made (clock_shift = \"{}\" shifts all instead)",
        which, to_string(facts.early_by), to_string(facts.own_shift), to_string(facts.early_by));
  }
  return fmt::format(
      "{} were received up to {} before the venue made them, and all others were not: if times are shifted by as "
      "much, that rests on those few: leave them out with from and to, or look at their clock",
      which, to_string(facts.early_by));
}

}  // namespace

std::vector<std::string> notes_of(const FeedFacts& facts, std::string_view name) {
  std::vector<std::string> notes;
  if (facts.crossed_updates > 0) {
    notes.push_back(fmt::format(
        "{}: {} of {} updates crossed the book, its best bid at or above its best ask: what is newer counts "
        "in the run, but no fill there is to be believed (acts catalog verify says where)",
        name, facts.crossed_updates, facts.book_updates));
  }
  if (facts.early_messages > 0) notes.push_back(early_note(facts, name));
  if (facts.shift - facts.own_shift > kMuchShift) {
    notes.push_back(
        fmt::format("{}: times of receipt are shifted by {}, as those of another instrument need it, and by themselves "
                    "need {}: if another machine's clock was off there, say clock_shift in its [[data]]",
                    name, to_string(facts.shift), to_string(facts.own_shift)));
  }
  for (const auto& [whose, steps] :
       {std::pair("times of receipt", &facts.local_steps), std::pair("the venue's times", &facts.venue_steps)}) {
    if (steps->most < history::TimeSurvey::kNotable) continue;
    notes.push_back(
        fmt::format("{}: {} step back in {} messages, by up to {}: rows are put in the order of their times", name,
                    whose, steps->messages, to_string(steps->most)));
  }
  return notes;
}

}  // namespace acts::backtest
