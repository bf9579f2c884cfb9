#include "history/import/npz_events.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "history/export/npy_header.hpp"
#include "history/export/npz_file.hpp"
#include "recording/file_ops.hpp"
#include "recording/temp_dir.hpp"

namespace acts::history {
namespace {

std::vector<HftEvent> some_events(std::size_t count) {
  std::vector<HftEvent> events;
  events.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto ts = static_cast<std::int64_t>(1'000 + i);
    events.push_back({.ev = hft::kDepth | hft::kBuy, .exch_ts = ts, .local_ts = ts + 5, .px = 0.1, .qty = 3});
  }
  return events;
}

std::string array_of(const std::vector<HftEvent>& events, std::uint64_t said) {
  std::string bytes = npy_header(said);
  const std::size_t header = bytes.size();
  bytes.resize(header + events.size() * sizeof(HftEvent));
  std::memcpy(bytes.data() + header, events.data(), events.size() * sizeof(HftEvent));
  return bytes;
}

Result<std::vector<HftEvent>> all(Result<std::unique_ptr<NpzEvents>> source) {
  if (!source) return std::unexpected(source.error());
  std::vector<HftEvent> events;
  HftEvent event;
  for (;;) {
    const Result<bool> there = (*source)->next(event);
    if (!there) return std::unexpected(there.error());
    if (!*there) return events;
    events.push_back(event);
  }
}

class Events final : public HftSource {
 public:
  Result<bool> next(HftEvent& event) override {
    if (taken_ == events_.size()) return false;
    event = events_[taken_++];
    return true;
  }

 private:
  std::vector<HftEvent> events_ = some_events(10'000);
  std::size_t taken_ = 0;
};

TEST(NpzEvents, AreThoseThatWereWritten) {
  const testing::TempDir own;
  const std::string path = own / "events.npz";
  const OpenEvents open = []() -> Result<std::unique_ptr<HftSource>> { return std::make_unique<Events>(); };
  ASSERT_TRUE(write_npz(real_file_ops(), open, Nanos{0}, path).has_value());
  std::vector<HftEvent> wanted = some_events(10'000);
  for (HftEvent& event : wanted) event.ev |= hft::kExchange | hft::kLocal;
  const auto events = all(NpzEvents::open(path));
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(*events, wanted);
}

TEST(NpzEvents, AreRefusedWhereTheArrayIsNotWhatItSays) {
  const auto refusal = [](const std::string& bytes) {
    const auto events = all(NpzEvents::read(read_from_memory(bytes), "x.npz"));
    return events ? std::string() : events.error().message;
  };
  const std::vector<HftEvent> events = some_events(3);
  EXPECT_EQ(refusal(array_of(events, 3)), "");
  EXPECT_EQ(refusal(array_of(events, 5)), "x.npz: it ends 5 events early: get it again");
  EXPECT_EQ(refusal(array_of(events, 2)), "x.npz: it has more than the 2 events that it says: get it again");
  EXPECT_EQ(refusal(array_of(events, 3).substr(0, 20)), "x.npz: it ends in its header");
  EXPECT_EQ(refusal("no array, but long enough"), "x.npz: it is no array of hftbacktest's events: it is no .npy file");
  EXPECT_EQ(refusal(""), "x.npz: it is no .npy file");
}

}  // namespace
}  // namespace acts::history
