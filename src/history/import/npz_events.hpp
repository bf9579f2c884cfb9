// The events of a file of hftbacktest's (.npz), in its order. Blocking; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"

#include "history/export/hft_event.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

class NpzEvents final : public HftSource {
 public:
  // Errors: kUsage: it is not there; kBadInput: no zip with one array of events.
  static Result<std::unique_ptr<NpzEvents>> open(const std::string& path);
  // `bytes`: of the array (.npy), unpacked. `name` begins messages, if it is not empty. Errors: kBadInput.
  static Result<std::unique_ptr<NpzEvents>> read(std::unique_ptr<ByteSource> bytes, std::string name);

  // Errors: kBadInput: fewer events than the array says, or more; damage. kStorage.
  Result<bool> next(HftEvent& event) override;

 private:
  NpzEvents(std::unique_ptr<ByteSource> bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}
  Result<std::size_t> fill(char* out, std::size_t count);
  Result<bool> check_end();
  [[nodiscard]] std::unexpected<Error> refused(const std::string& why) const;

  std::unique_ptr<ByteSource> bytes_;
  std::string name_;
  std::uint64_t said_ = 0;  // events in all
  std::uint64_t left_ = 0;
  std::vector<HftEvent> block_;
  std::size_t taken_ = 0;  // of it
};

}  // namespace acts::history
