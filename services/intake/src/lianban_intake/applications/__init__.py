"""Applications (申请): filing, which turns an application into a case with a plan."""
