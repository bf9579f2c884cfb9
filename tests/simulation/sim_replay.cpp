#include "simulation/sim_replay.hpp"

#include <utility>

#include "live/replay.hpp"

namespace acts::sim {
namespace {

// Messages that are refused were refused in the run too; what differs from it is what these lines tell of.
bool is_difference(const std::string& problem) {
  return problem.contains("is not the one that was saved here") || problem.contains("the run's audit of");
}

}  // namespace

ReplayedRows replay_symbol(Venue venue, const std::string& symbol, RecordingReader reader,
                           std::vector<BookFile> books) {
  ReplayedRows replayed;
  ReplayOptions options;
  options.venue = venue;
  options.symbols = {symbol};
  options.bands = BandList::defaults();
  options.books = std::move(books);
  Replay replay(
      std::move(options), [&replayed](MinuteRow&& row) { replayed.rows.push_back(std::move(row)); },
      [&replayed](std::string problem) {
        if (is_difference(problem)) replayed.problems.push_back(std::move(problem));
      });
  if (const auto done = replay.run(reader); !done) replayed.problems.push_back(done.error().message);
  if (!replay.is_complete()) replayed.problems.push_back("a run began with a book that its recording does not give");
  return replayed;
}

}  // namespace acts::sim
