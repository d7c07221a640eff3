"""Prefill (免填写, 免提交): what registries say and the e-licence library holds, asked under the holder's consent."""
