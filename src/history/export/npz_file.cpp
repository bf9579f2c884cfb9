#include "history/export/npz_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "history/export/hft_order.hpp"
#include "history/export/npy_header.hpp"
#include "history/export/time_survey.hpp"
#include "history/output_file.hpp"

namespace acts::history {
namespace {

constexpr const char* kMember = "data.npy";
constexpr unsigned kMode = 0644;
constexpr std::size_t kBlock = 4096;  // events

struct FreeArchive {
  void operator()(archive* zip) const { archive_write_free(zip); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

// A zip of one member, whose size is known before.
class ZipWriter {
 public:
  explicit ZipWriter(std::string path) : path_(std::move(path)), zip_(archive_write_new()) {}

  // No time of anything: the bytes follow from the content.
  Result<void> begin(std::uint64_t bytes) {
    if (archive_write_set_format_zip(zip_.get()) != ARCHIVE_OK ||
        archive_write_open_filename(zip_.get(), path_.c_str()) != ARCHIVE_OK) {
      return failed();
    }
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), kMember);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), kMode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes));
    return archive_write_header(zip_.get(), entry.get()) == ARCHIVE_OK ? Result<void>() : failed();
  }
  Result<void> write(const void* bytes, std::size_t count) {
    return archive_write_data(zip_.get(), bytes, count) == static_cast<la_ssize_t>(count) ? Result<void>() : failed();
  }
  Result<void> finish() { return archive_write_close(zip_.get()) == ARCHIVE_OK ? Result<void>() : failed(); }

 private:
  std::unexpected<Error> failed() {
    const char* const text = archive_error_string(zip_.get());
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", path_, text == nullptr ? "it cannot be written" : text));
  }

  std::string path_;
  std::unique_ptr<archive, FreeArchive> zip_;
};

// Hands every event of the source to `take`.
Result<void> for_each(const OpenEvents& open, const std::function<Result<void>(const HftEvent&)>& take) {
  auto source = open();
  if (!source) return std::unexpected(source.error());
  HftEvent event;
  for (;;) {
    const Result<bool> there = (*source)->next(event);
    if (!there) return std::unexpected(there.error());
    if (!*there) return {};
    if (Result<void> taken = take(event); !taken) return taken;
  }
}

Result<void> for_each_ordered(const OpenEvents& open, HftOrder order,
                              const std::function<Result<void>(const HftEvent&)>& take) {
  const auto hand_on = [&]() -> Result<void> {
    while (const std::optional<HftEvent> event = order.take()) {
      if (Result<void> taken = take(*event); !taken) return taken;
    }
    return {};
  };
  Result<void> read = for_each(open, [&](const HftEvent& event) {
    const Result<void> added = order.add(event);
    return added ? hand_on() : added;
  });
  if (!read) return read;
  order.end();
  return hand_on();
}

Result<void> write_events(const OpenEvents& open, const HftOrder& order, std::uint64_t rows, const std::string& part) {
  ZipWriter zip(part);
  const std::string header = npy_header(rows);
  if (Result<void> begun = zip.begin(header.size() + rows * sizeof(HftEvent)); !begun) return begun;
  if (Result<void> written = zip.write(header.data(), header.size()); !written) return written;
  std::vector<HftEvent> block;
  block.reserve(kBlock);
  std::uint64_t left = rows;
  const auto flush = [&]() -> Result<void> {
    Result<void> written = zip.write(block.data(), block.size() * sizeof(HftEvent));
    block.clear();
    return written;
  };
  Result<void> read = for_each_ordered(open, order, [&](const HftEvent& event) -> Result<void> {
    if (left == 0) return fail(ErrorCode::kBadInput, "the files have changed while they were read: export them again");
    --left;
    block.push_back(event);
    return block.size() < kBlock ? Result<void>() : flush();
  });
  if (read && left > 0)
    read = fail(ErrorCode::kBadInput, "the files have changed while they were read: export them again");
  if (read) read = flush();
  return read ? zip.finish() : read;
}

}  // namespace

Result<NpzFacts> write_npz(FileOps& ops, const OpenEvents& open, Nanos latency, const std::string& output) {
  TimeSurvey survey;
  const auto surveyed = for_each(open, [&](const HftEvent& event) {
    survey.add({.exch_ts = event.exch_ts, .local_ts = event.local_ts});
    return Result<void>();
  });
  if (!surveyed) return std::unexpected(surveyed.error());
  const HftMeasure& measure = survey.measure();
  if (measure.events() == 0) return fail(ErrorCode::kBadInput, "there is no depth and no trade to export");
  const TimeSurvey::Shifts shifts = survey.shifts();
  NpzFacts facts{.events = measure.events(),
                 .shift = measure.shift(latency),
                 .messages = survey.messages(),
                 .early_messages = shifts.few,
                 .early_by = shifts.all,
                 .others_by = shifts.without_few};
  const HftOrder order(measure, latency);
  const auto counted = for_each_ordered(open, order, [&](const HftEvent& event) {
    ++facts.rows;
    if ((event.ev & hft::kLocal) == 0) ++facts.only_exchange;
    if ((event.ev & hft::kExchange) == 0) ++facts.only_local;
    return Result<void>();
  });
  if (!counted) return std::unexpected(counted.error());
  const std::string part = part_of(output);
  Result<void> written = write_events(open, order, facts.rows, part);
  if (written) written = put_in_place(ops, output);
  if (!written) {
    ops.remove(part);
    return std::unexpected(written.error());
  }
  return facts;
}

}  // namespace acts::history
